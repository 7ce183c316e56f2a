export default function Gate() { return <h1>Gate</h1>; }
