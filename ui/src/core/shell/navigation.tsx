// The way around: rooms in the order in which the work goes, each with its pages and registers.
import { NavLink as Item, ScrollArea } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import {
  IconActivity,
  IconAffiliate,
  IconAlertOctagon,
  IconBox,
  IconBuildingCommunity,
  IconBug,
  IconChecklist,
  IconChevronRight,
  IconClipboardCheck,
  IconFileText,
  IconGavel,
  IconHome2,
  IconKey,
  IconLifebuoy,
  IconShieldCheck,
  IconShieldLock,
  IconStack2,
  IconTargetArrow,
  IconTruck,
  IconUserCheck,
  IconUsers,
  type Icon,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { NavLink, useLocation } from 'react-router';
import { api } from '../api';
import { useWords, type UiKey } from '../labels';
import { useSchema } from '../schema';
import { LEDGER_READERS, useSession } from '../session';
import type { Register } from '../types';

export interface Place {
  path: string;
  label: UiKey;
  /** The register without which the page has nothing to show. */
  needs?: string;
  /** Who sees it; without, everybody. */
  roles?: string[];
  /** Pages that are reached from this one alone. */
  below?: string[];
}

function isAt(pathname: string, path: string, below: string[] = []): boolean {
  return [path, ...below].some((one) => pathname === one || pathname.startsWith(`${one}/`));
}

/** Pages of rooms, above the registers of the same room. */
export const PLACES: Record<string, Place[]> = {
  risk: [{ path: '/risk-matrix', label: 'ui.matrix.title', needs: 'risk' }],
  compliance: [
    { path: '/statement', label: 'ui.soa.title', needs: 'soa', below: ['/soa', '/soa_line', '/soa_version'] },
    { path: '/requirements', label: 'ui.framework.title', needs: 'requirement' },
    { path: '/traceability', label: 'ui.trace.title', needs: 'risk' },
  ],
  assurance: [
    { path: '/assurance', label: 'ui.assurance.title', roles: LEDGER_READERS },
    { path: '/security-events', label: 'ui.events.title', roles: ['administrator', 'auditor'] },
  ],
};

const ICONS: Record<string, Icon> = {
  organisation: IconBuildingCommunity,
  asset: IconBox,
  risk: IconTargetArrow,
  compliance: IconGavel,
  control: IconShieldCheck,
  document: IconFileText,
  people: IconUsers,
  access: IconKey,
  incident: IconAlertOctagon,
  monitoring: IconActivity,
  vulnerability: IconBug,
  audit: IconClipboardCheck,
  continuity: IconLifebuoy,
  supplier: IconTruck,
  privacy: IconUserCheck,
  work: IconChecklist,
  assurance: IconShieldLock,
};
const ORDER = Object.keys(ICONS);

/** Parts of other records: reached from these, not from the side. */
const PARTS = new Set(['comment', 'notification', 'saved_view', 'soa', 'soa_line', 'soa_version', 'timeline_entry']);

export interface RoomGroup {
  room: string;
  places: Place[];
  registers: Register[];
}

export function useRooms(): RoomGroup[] {
  const { registers, byName } = useSchema();
  const { has } = useSession();
  const names = new Set([...registers.map((register) => register.room), 'assurance']);
  const rank = (room: string) => (ORDER.includes(room) ? ORDER.indexOf(room) : ORDER.length);
  return [...names]
    .sort((a, b) => rank(a) - rank(b))
    .map((room) => ({
      room,
      places: (PLACES[room] ?? []).filter(
        (place) => (!place.needs || byName.has(place.needs)) && (!place.roles || place.roles.some(has)),
      ),
      registers: registers.filter(
        (register) => register.room === room && !register.quiet && !PARTS.has(register.name),
      ),
    }))
    .filter((group) => group.places.length + group.registers.length > 0);
}

/** How much waits for the caller; the page of it asks the same question. */
function Waiting() {
  const { data } = useQuery({
    queryKey: ['data', 'work'],
    queryFn: () => api<{ items: unknown[] }>('/work').then((answer) => answer.items),
    staleTime: 60_000,
  });
  if (!data?.length) return null;
  return (
    <span className="count number" aria-hidden>
      {data.length}
    </span>
  );
}

function Entry({
  path,
  below,
  label,
  icon: Sign,
  count,
  onGo,
}: {
  path: string;
  below?: string[];
  label: string;
  icon?: Icon;
  count?: ReactNode;
  onGo: () => void;
}) {
  const { pathname } = useLocation();
  const active = path === '/' ? pathname === '/' : isAt(pathname, path, below);
  return (
    <Item
      component={NavLink}
      to={path}
      label={label}
      active={active}
      aria-current={active ? 'page' : undefined}
      leftSection={Sign && <Sign size={17} stroke={1.6} aria-hidden />}
      rightSection={count}
      onClick={onGo}
      className="nav-item"
      variant="subtle"
    />
  );
}

export function Navigation({ onGo }: { onGo: () => void }) {
  const words = useWords();
  const rooms = useRooms();
  const { pathname } = useLocation();
  const [closed, setClosed] = useLocalStorage<string[]>({
    key: 'merlon.closed',
    defaultValue: [],
    getInitialValueInEffect: false,
  });
  const holds = (group: RoomGroup) =>
    group.places.some((place) => isAt(pathname, place.path, place.below)) ||
    group.registers.some((register) => isAt(pathname, `/${register.name}`));
  return (
    <ScrollArea h="100%" type="hover" scrollbarSize={8}>
      <div className="nav">
        <Entry path="/" label={words.t('ui.home.title')} icon={IconHome2} onGo={onGo} />
        <Entry path="/work" label={words.t('ui.work.title')} icon={IconStack2} count={<Waiting />} onGo={onGo} />
        {rooms.map((group) => {
          const Sign = ICONS[group.room] ?? IconAffiliate;
          const open = !closed.includes(group.room) || holds(group);
          return (
            <section key={group.room} className="nav-room">
              <button
                type="button"
                className="nav-head"
                aria-expanded={open}
                onClick={() =>
                  setClosed(open ? [...closed, group.room] : closed.filter((room) => room !== group.room))
                }
              >
                <Sign size={15} stroke={1.6} aria-hidden />
                <span>{words.label(`room.${group.room}`)}</span>
                <IconChevronRight size={13} className={open ? 'nav-open' : undefined} aria-hidden />
              </button>
              {open && (
                <div className="nav-entries">
                  {group.places.map((place) => (
                    <Entry
                      key={place.path}
                      path={place.path}
                      below={place.below}
                      label={words.t(place.label)}
                      onGo={onGo}
                    />
                  ))}
                  {group.registers.map((register) => (
                    <Entry
                      key={register.name}
                      path={`/${register.name}`}
                      label={words.registers(register.name)}
                      onGo={onGo}
                    />
                  ))}
                </div>
              )}
            </section>
          );
        })}
      </div>
    </ScrollArea>
  );
}
