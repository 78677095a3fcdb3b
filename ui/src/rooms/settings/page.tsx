// Settings: oneself, the people who sign in, their roles, tokens for programs, fields of one's own.
import { Tabs, Title } from '@mantine/core';
import { useNavigate, useParams } from 'react-router';
import { useWords, type UiKey } from '../../core/labels';
import { useSession } from '../../core/session';
import { TabStrip } from '../../core/ui/tabs';
import { useTitle } from '../../core/ui/title';
import { CustomFields } from './fields';
import { Profile } from './profile';
import { Roles } from './roles';
import { Tokens } from './tokens';
import { Users } from './users';

const PARTS: { name: string; label: UiKey; roles?: string[]; page: () => React.ReactNode }[] = [
  { name: 'profile', label: 'ui.settings.profile', page: Profile },
  { name: 'tokens', label: 'ui.settings.tokens', page: Tokens },
  { name: 'users', label: 'ui.settings.users', roles: ['administrator', 'security_manager', 'auditor'], page: Users },
  { name: 'roles', label: 'ui.settings.roles', page: Roles },
  { name: 'fields', label: 'ui.settings.fields', roles: ['administrator', 'security_manager'], page: CustomFields },
];

export function SettingsPage() {
  const { t } = useWords();
  const { has } = useSession();
  const navigate = useNavigate();
  const { part = 'profile' } = useParams();
  useTitle(t('ui.settings.title'));
  const parts = PARTS.filter((item) => !item.roles || item.roles.some(has));
  return (
    <div className="page" style={{ maxWidth: 1100 }}>
      <div className="page-head">
        <Title order={1}>{t('ui.settings.title')}</Title>
      </div>
      <Tabs value={part} onChange={(next) => void navigate(`/settings/${next ?? 'profile'}`)}>
        <TabStrip chosen={part}>
          {parts.map((item) => (
            <Tabs.Tab key={item.name} value={item.name}>
              {t(item.label)}
            </Tabs.Tab>
          ))}
        </TabStrip>
        {parts.map((item) => {
          const Part = item.page;
          return (
            <Tabs.Panel key={item.name} value={item.name}>
              <Part />
            </Tabs.Panel>
          );
        })}
      </Tabs>
    </div>
  );
}
