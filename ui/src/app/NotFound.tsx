import { Go } from "../parts/Go.tsx";
import { Empty } from "../parts/Empty.tsx";
import { PageHead } from "../parts/Page.tsx";

export function NotFound() {
  return (
    <>
      <PageHead title="There is no such page" />
      <Empty says="The address is not one of Karat's."><Go to="/today">Open Today</Go></Empty>
    </>
  );
}
