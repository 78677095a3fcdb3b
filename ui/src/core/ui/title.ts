// The title of the page in the browser's tab and for screen readers.
import { useEffect } from 'react';

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title ? `${title} · Merlon` : 'Merlon';
  }, [title]);
}
