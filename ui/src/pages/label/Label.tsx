export default function Label() { return <h1>Label</h1>; }
