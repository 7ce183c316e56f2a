export default function Bet() { return <h1>Bet</h1>; }
