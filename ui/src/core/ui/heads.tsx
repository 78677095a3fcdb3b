// The heads of a table whose order is fixed.
export function Heads({ names }: { names: string[] }) {
  return (
    <thead>
      <tr>
        {names.map((name) => (
          <th key={name} scope="col">
            <span className="head-button">{name}</span>
          </th>
        ))}
      </tr>
    </thead>
  );
}
