// The frame of every page: header, navigation, and what may come over it.
import {
  ActionIcon,
  AppShell,
  Avatar,
  Burger,
  Group,
  Menu,
  Text,
  Tooltip,
  UnstyledButton,
  useMantineColorScheme,
} from '@mantine/core';
import { useDisclosure, useHotkeys, useNetwork } from '@mantine/hooks';
import {
  IconDeviceDesktop,
  IconKeyboard,
  IconLanguage,
  IconLayoutSidebar,
  IconLogout,
  IconMoon,
  IconSearch,
  IconSettings,
  IconSun,
  IconWifiOff,
} from '@tabler/icons-react';
import { Suspense, useState, type ReactNode } from 'react';
import { Link, useLocation } from 'react-router';
import { useAsOf } from '../asof';
import { useWords } from '../labels';
import { useSchema } from '../schema';
import { useSession } from '../session';
import { api } from '../api';
import { Boundary, sayTrouble } from '../ui/trouble';
import { AlarmsBanner } from './alarms';
import { AsOfBanner, AsOfSwitch } from './asof';
import { ClockBanner } from './clock';
import { JobsTray } from './jobs';
import { KeysDialog } from './keys';
import { LedgerBanner } from './ledger';
import { Navigation } from './navigation';
import { SearchDialog, search } from './search';

export function Mark({ size = 22 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden>
      <rect width="32" height="32" rx="7" fill="#0b5a6b" />
      <path d="M7 25V9h5v4h2.5V9h3v4H20V9h5v16z" fill="#fff" />
    </svg>
  );
}

function initials(name: string): string {
  const parts = name.trim().split(/\s+/);
  return `${parts[0]?.charAt(0) ?? ''}${parts.length > 1 ? (parts.at(-1)?.charAt(0) ?? '') : ''}`.toUpperCase();
}

const SCHEMES = [
  ['light', IconSun],
  ['dark', IconMoon],
  ['auto', IconDeviceDesktop],
] as const;

function languageName(language: string): string {
  return new Intl.DisplayNames([language], { type: 'language' }).of(language) ?? language;
}

function UserMenu({ onKeys }: { onKeys: () => void }) {
  const words = useWords();
  const { session, signOut } = useSession();
  const { languages } = useSchema();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const speak = (language: string) => {
    words.setLanguage(language);
    api('/session', { method: 'PATCH', body: { language } }).catch((error: unknown) => sayTrouble(error, words));
  };
  return (
    <Menu width={230}>
      <Menu.Target>
        <UnstyledButton className="avatar">
          <Avatar size={28} radius="xl" color="petrol" variant="filled" alt="">
            {initials(session.user.name)}
          </Avatar>
          <span className="visually-hidden">{words.t('ui.user.menu', { name: session.user.name })}</span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div className="menu-who">
          <Text size="sm" fw={550} className="clip">
            {session.user.name}
          </Text>
          <Text size="xs" c="dimmed" className="clip">
            {session.user.email}
          </Text>
        </div>
        <Menu.Divider />
        <Menu.Label>{words.t('ui.scheme')}</Menu.Label>
        {SCHEMES.map(([scheme, Sign]) => (
          <Menu.Item
            key={scheme}
            leftSection={<Sign size={15} />}
            onClick={() => setColorScheme(scheme)}
            aria-current={colorScheme === scheme}
            fw={colorScheme === scheme ? 620 : undefined}
          >
            {words.t(`ui.scheme.${scheme}`)}
          </Menu.Item>
        ))}
        {languages.length > 1 && <Menu.Label>{words.t('ui.language')}</Menu.Label>}
        {languages.length > 1 &&
          languages.map((language) => (
            <Menu.Item
              key={language}
              leftSection={<IconLanguage size={15} />}
              onClick={() => speak(language)}
              fw={words.language === language ? 620 : undefined}
              lang={language}
            >
              {languageName(language)}
            </Menu.Item>
          ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconSettings size={15} />} component={Link} to="/settings">
          {words.t('ui.settings.title')}
        </Menu.Item>
        <Menu.Item leftSection={<IconKeyboard size={15} />} onClick={onKeys}>
          {words.t('ui.keys.title')}
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={15} />} onClick={() => void signOut()}>
          {words.t('ui.signout')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function SearchButton() {
  const { t } = useWords();
  return (
    <>
      <UnstyledButton className="search-button" onClick={search.open} visibleFrom="sm">
        <IconSearch size={15} aria-hidden />
        <span>{t('ui.search.button')}</span>
        <kbd aria-hidden>{t('ui.search.keys')}</kbd>
      </UnstyledButton>
      <ActionIcon size={32} onClick={search.open} hiddenFrom="sm" aria-label={t('ui.search.button')}>
        <IconSearch size={18} />
      </ActionIcon>
    </>
  );
}

function Offline() {
  const { t } = useWords();
  const { online } = useNetwork();
  if (online) return null;
  return (
    <Tooltip label={t('ui.trouble.offline')}>
      <IconWifiOff size={18} role="alert" aria-label={t('ui.trouble.offline')} />
    </Tooltip>
  );
}

export function Shell({ children }: { children: ReactNode }) {
  const { t } = useWords();
  const [opened, { toggle, close }] = useDisclosure();
  const [wide, setWide] = useState(true);
  const [keys, setKeys] = useState(false);
  const { pathname } = useLocation();
  const day = useAsOf();
  const { setColorScheme, colorScheme } = useMantineColorScheme();
  useHotkeys([
    ['?', () => setKeys(true)],
    ['shift+?', () => setKeys(true)],
    ['[', () => setWide((on) => !on)],
  ]);
  const extra = [
    {
      id: 'scheme',
      label: t('ui.scheme.switch'),
      icon: IconMoon,
      run: () => setColorScheme(colorScheme === 'dark' ? 'light' : 'dark'),
    },
    { id: 'keys', label: t('ui.keys.title'), icon: IconKeyboard, run: () => setKeys(true) },
  ];
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 236, breakpoint: 'md', collapsed: { mobile: !opened, desktop: !wide } }}
      className={day ? 'past' : undefined}
    >
      <a href="#main" className="skip">
        {t('ui.skip')}
      </a>
      <AppShell.Header className="header">
        <Burger opened={opened} onClick={toggle} hiddenFrom="md" size="sm" aria-label={t('ui.navigation')} />
        <ActionIcon
          size={32}
          visibleFrom="md"
          onClick={() => setWide(!wide)}
          aria-label={t('ui.navigation')}
          aria-pressed={wide}
        >
          <IconLayoutSidebar size={18} stroke={1.6} />
        </ActionIcon>
        <Link to="/" className="brand">
          <Mark />
          <span>Merlon</span>
        </Link>
        <div style={{ flex: 1 }} />
        <SearchButton />
        <Offline />
        <Group gap={4} wrap="nowrap">
          <JobsTray />
          <AsOfSwitch />
          <UserMenu onKeys={() => setKeys(true)} />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar aria-label={t('ui.navigation')}>
        <Navigation onGo={close} />
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1}>
        <ClockBanner />
        <LedgerBanner />
        <AlarmsBanner />
        <AsOfBanner />
        <Boundary at={pathname}>
          <Suspense fallback={null}>{children}</Suspense>
        </Boundary>
      </AppShell.Main>
      <SearchDialog extra={extra} />
      {keys && <KeysDialog onClose={() => setKeys(false)} />}
    </AppShell>
  );
}
