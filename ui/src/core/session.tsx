// Who is signed in. Without a session only the sign-in page is shown.
import { createContext, useCallback, useContext, useEffect, useMemo, type ReactNode } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Problem, api, setCsrf, setSignedOut, setSlow } from './api';
import { useWords } from './labels';
import type { Session } from './types';
import { Trouble, saySlow, saySlowReads } from './ui/trouble';

interface SessionValue {
  session: Session;
  has: (role: string) => boolean;
  signOut: () => Promise<void>;
  /** Asks whether the session still is; where it is over, the sign-in form says why. */
  renew: (why: Ending) => Promise<boolean>;
}

/** Why one has to sign in again, when one did not sign out: the clock was believed, or time is up. */
export type Ending = 'clock' | 'over';

const Context = createContext<SessionValue | null>(null);
const KEY = ['session'];
const ENDING = ['session-ending'];

async function fetchSession(): Promise<Session | null> {
  try {
    return await api<Session>('/session');
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return null;
    throw error;
  }
}

/** Puts the answer of signing in where everybody looks. */
export function useSignedIn() {
  const queries = useQueryClient();
  return useCallback(
    (session: Session) => {
      setCsrf(session.csrf);
      queries.setQueryData(KEY, session);
      queries.setQueryData(ENDING, null);
    },
    [queries],
  );
}

/** For the sign-in form; null for who comes fresh. */
export function useEnding(): Ending | null {
  return useQueryClient().getQueryData<Ending>(ENDING) ?? null;
}

export function SessionProvider({ children, signIn }: { children: ReactNode; signIn: ReactNode }) {
  const queries = useQueryClient();
  const words = useWords();
  const asked = useQuery({ queryKey: KEY, queryFn: fetchSession, staleTime: 300_000 });
  const { data: session, refetch } = asked;
  if (session) setCsrf(session.csrf);
  const end = useCallback(
    (why: Ending) => {
      if (!queries.getQueryData(KEY)) return; // the first answer knows why
      queries.setQueryData(ENDING, why);
      queries.setQueryData(KEY, null);
    },
    [queries],
  );
  useEffect(() => setSignedOut(() => end('over')), [end]);
  useEffect(() => {
    // What waits is let go and asked for anew, the session itself too.
    const again = () => {
      const waiting = queries.getQueryCache().findAll({ fetchStatus: 'fetching' });
      const is = { predicate: (query: (typeof waiting)[number]) => waiting.includes(query) };
      void queries.cancelQueries(is).then(() => queries.refetchQueries(is));
    };
    setSlow((reads) => (reads ? saySlowReads(words, again) : saySlow(words)));
  }, [words, queries]);
  const value = useMemo(
    () =>
      session && {
        session,
        has: (role: string) => session.roles.some((grant) => grant.role === role),
        signOut: async () => {
          await api('/session', { method: 'DELETE' });
          queries.clear();
          queries.setQueryData(KEY, null);
        },
        renew: async (why: Ending) => {
          if (await fetchSession()) return true;
          end(why);
          return false;
        },
      },
    [session, queries, end],
  );
  // Told with the first failure: it is tried again meanwhile.
  const trouble = session === undefined ? (asked.error ?? asked.failureReason) : null;
  if (trouble) return <Trouble whole error={trouble} retry={() => void refetch()} />;
  if (session === undefined) return null;
  if (!value) return <>{signIn}</>;
  return <Context.Provider value={value}>{children}</Context.Provider>;
}

export function useSession(): SessionValue {
  const value = useContext(Context);
  if (!value) throw new Error('The session is used outside its provider');
  return value;
}

/** Who reads the ledger at all; the server decides on each entry. */
export const LEDGER_READERS = ['administrator', 'security_manager', 'top_management', 'owner', 'auditor', 'reader'];

export function useReadsLedger(): boolean {
  return LEDGER_READERS.some(useSession().has);
}
