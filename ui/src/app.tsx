// The addresses of the interface. A register needs no line here: /NAME, /NAME/new, /NAME/import, /NAME/REFERENCE.
import 'dayjs/locale/de';
import { DatesProvider } from '@mantine/dates';
import { IconMapOff } from '@tabler/icons-react';
import { lazy, type ComponentType } from 'react';
import { BrowserRouter, Route, Routes, useParams } from 'react-router';
import { DataFields } from './core/fields/data';
import { useWords } from './core/labels';
import { MethodProvider } from './core/method';
import { SchemaProvider, useRegister } from './core/schema';
import { SessionProvider } from './core/session';
import { JobsProvider } from './core/shell/jobs';
import { Shell } from './core/shell/shell';
import { Today } from './core/shell/today';
import type { Register } from './core/types';
import { Empty } from './core/ui/empty';
import { useTitle } from './core/ui/title';
import { dataFields } from './rooms/data';
import { Login } from './rooms/login';
import { Start } from './rooms/start';

const MatrixPage = lazy(() => import('./rooms/risk/matrix').then((page) => ({ default: page.MatrixPage })));
const RiskPage = lazy(() => import('./rooms/risk/risk').then((page) => ({ default: page.RiskPage })));
const Work = lazy(() => import('./rooms/work').then((page) => ({ default: page.Work })));
const Home = lazy(() => import('./rooms/home').then((page) => ({ default: page.Home })));
const SoaPage = lazy(() => import('./rooms/compliance/soa').then((page) => ({ default: page.SoaPage })));
const StatementPage = lazy(() => import('./rooms/compliance/soa').then((page) => ({ default: page.StatementPage })));
const FrameworkPage = lazy(() =>
  import('./rooms/compliance/framework').then((page) => ({ default: page.FrameworkPage })),
);
const TracePage = lazy(() => import('./rooms/compliance/trace').then((page) => ({ default: page.TracePage })));
const ListPage = lazy(() => import('./core/list/page').then((page) => ({ default: page.ListPage })));
const NewPage = lazy(() => import('./core/record/new').then((page) => ({ default: page.NewPage })));
const RecordPage = lazy(() => import('./core/record/page').then((page) => ({ default: page.RecordPage })));
const EvidencePage = lazy(() => import('./rooms/evidence').then((page) => ({ default: page.EvidencePage })));
const MethodologyPage = lazy(() =>
  import('./rooms/risk/methodology').then((page) => ({ default: page.MethodologyPage })),
);
const SettingsPage = lazy(() => import('./rooms/settings/page').then((page) => ({ default: page.SettingsPage })));
const AssurancePage = lazy(() => import('./rooms/assurance').then((page) => ({ default: page.AssurancePage })));
const EventsPage = lazy(() => import('./rooms/events').then((page) => ({ default: page.EventsPage })));
const GuidePage = lazy(() => import('./rooms/guide'));
const ImportPage = lazy(() => import('./core/imports/page').then((page) => ({ default: page.ImportPage })));

/** Registers whose record or list is told in a way of their own. */
const RECORD_PAGES: Record<string, ComponentType<{ register: Register; reference: string }>> = {
  evidence: EvidencePage,
  methodology: MethodologyPage,
  risk: RiskPage,
  soa: SoaPage,
};

function NotFound() {
  const { t } = useWords();
  useTitle(t('ui.notfound'));
  return (
    <div className="page">
      <Empty whole icon={IconMapOff} title={t('ui.notfound')} text={t('ui.notfound.text')} />
    </div>
  );
}

function OfRegister({ page: Page }: { page: ComponentType<{ register: Register }> }) {
  const { register: name } = useParams();
  const register = useRegister(name);
  return register ? <Page key={register.name} register={register} /> : <NotFound />;
}

function OfRecord() {
  const { register: name, reference = '' } = useParams();
  const register = useRegister(name);
  if (!register) return <NotFound />;
  const Page = RECORD_PAGES[register.name] ?? RecordPage;
  return <Page key={`${register.name}/${reference}`} register={register} reference={reference} />;
}

function Pages() {
  return (
    <Shell>
      <Routes>
        <Route
          path="/"
          element={
            <Today>
              <Home />
            </Today>
          }
        />
        <Route
          path="/work"
          element={
            <Today>
              <Work />
            </Today>
          }
        />
        <Route path="/guide" element={<GuidePage />} />
        <Route path="/risk-matrix" element={<MatrixPage />} />
        <Route path="/statement" element={<StatementPage />} />
        <Route path="/requirements" element={<FrameworkPage />} />
        <Route path="/traceability" element={<TracePage />} />
        <Route
          path="/assurance"
          element={
            <Today>
              <AssurancePage />
            </Today>
          }
        />
        <Route
          path="/security-events"
          element={
            <Today>
              <EventsPage />
            </Today>
          }
        />
        <Route
          path="/settings"
          element={
            <Today>
              <SettingsPage />
            </Today>
          }
        />
        <Route
          path="/settings/:part"
          element={
            <Today>
              <SettingsPage />
            </Today>
          }
        />
        <Route path="/:register" element={<OfRegister page={ListPage} />} />
        <Route
          path="/:register/new"
          element={
            <Today>
              <OfRegister page={NewPage} />
            </Today>
          }
        />
        <Route
          path="/:register/import"
          element={
            <Today>
              <OfRegister page={ImportPage} />
            </Today>
          }
        />
        <Route path="/:register/:reference" element={<OfRecord />} />
        <Route path="*" element={<NotFound />} />
      </Routes>
    </Shell>
  );
}

export function App() {
  const { language } = useWords();
  return (
    <DatesProvider settings={{ locale: language, firstDayOfWeek: 1 }}>
      <BrowserRouter>
        <Routes>
          <Route path="/start" element={<Start />} />
          <Route
            path="*"
            element={
              <SessionProvider signIn={<Login />}>
                <SchemaProvider>
                  <JobsProvider>
                    <MethodProvider>
                      <DataFields value={dataFields}>
                        <Pages />
                      </DataFields>
                    </MethodProvider>
                  </JobsProvider>
                </SchemaProvider>
              </SessionProvider>
            }
          />
        </Routes>
      </BrowserRouter>
    </DatesProvider>
  );
}
