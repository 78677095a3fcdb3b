// Long text in Markdown. What draws it is loaded when the first is seen; until then its plain text stands there.
import { Suspense, lazy } from 'react';

const Rendered = lazy(() => import('./markdown'));

export function Prose({ text }: { text: string }) {
  return (
    <div className="prose">
      <Suspense fallback={<p>{text}</p>}>
        <Rendered text={text} />
      </Suspense>
    </div>
  );
}
