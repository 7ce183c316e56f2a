export default function Evals() { return <h1>Evals</h1>; }
