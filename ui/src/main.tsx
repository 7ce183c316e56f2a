// Starts the application.
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "./look/tokens.css";
import "./look/base.css";
import { sessionQuery } from "./api/session.ts";
import { mayRetry } from "./api/use.ts";
import { fetchPagesWhenIdle, makeRouter } from "./app/routes.ts";
import { applyTheme } from "./app/theme.ts";

applyTheme();
const client = new QueryClient({
  defaultOptions: { queries: { retry: mayRetry, staleTime: 2000, refetchOnWindowFocus: true } },
});
if (!/^\/(join|p\/)/.test(location.pathname)) void client.prefetchQuery(sessionQuery);

const room = document.getElementById("karat");
if (!room) throw new Error("index.html has no element with the id karat");
createRoot(room).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <RouterProvider router={makeRouter()} />
    </QueryClientProvider>
  </StrictMode>,
);
fetchPagesWhenIdle();
