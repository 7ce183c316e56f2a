export default function Prototype() { return <h1>Prototype</h1>; }
