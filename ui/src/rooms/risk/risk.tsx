// A risk's story on one page: what is at stake, how it is rated and why, what is done, what remains, who took it on.
import { Alert, Anchor, Button, Group, Skeleton, Text } from '@mantine/core';
import { IconAlertTriangle, IconArrowRight, IconPlus } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import { Link } from 'react-router';
import { useAsOf } from '../../core/asof';
import { useItems } from '../../core/data';
import { formatDate } from '../../core/format';
import { useWords } from '../../core/labels';
import { useMethod, type Method } from '../../core/method';
import { RecordPage } from '../../core/record/page';
import { stateOf, useRegister } from '../../core/schema';
import type { Rec, Register } from '../../core/types';
import { LevelBadge } from '../../core/ui/level';
import { Prose } from '../../core/ui/prose';
import { RefLink } from '../../core/ui/reference';
import { Status, ToneBadge } from '../../core/ui/status';
import { isRef, pathOf, refsOf, titleOf } from '../../core/values';
import { implementationTone } from '../tone';
import { RATINGS, Rate, consequencesOf, highest, type Rating } from './rate';
import { Missed } from '../../core/ui/trouble';

interface RatingProps {
  register: Register;
  risk: Rec;
  rating: Rating;
  method: Method;
  onRate: () => void;
  readOnly: boolean;
}

function RatingCard({ risk, rating, method, onRate, readOnly }: RatingProps) {
  const words = useWords();
  const likelihood = risk[`${rating}_likelihood`] as number | null;
  const consequences = consequencesOf(risk, rating);
  const level = method.levels.find((item) => item.name === risk[`${rating}_level`]);
  const reason = risk[`${rating}_reason`];
  const worst = highest(consequences);
  return (
    <section className="rating" style={{ borderTopColor: level?.colour }}>
      <Group justify="space-between" wrap="nowrap">
        <h2 className="minor">{words.t(`ui.rating.${rating}`)}</h2>
        {!readOnly && (
          <Button
            size="compact-xs"
            variant="subtle"
            className="no-print"
            onClick={onRate}
            aria-label={`${words.t('ui.rate')}: ${words.t(`ui.rating.${rating}`)}`}
          >
            {words.t('ui.rate')}
          </Button>
        )}
      </Group>
      <div className="rating-level">
        {level ? <LevelBadge level={level} /> : <span className="quiet">{words.t('ui.matrix.unrated')}</span>}
      </div>
      {likelihood !== null && (
        <dl className="rating-facts">
          <dt>{words.t('ui.likelihood')}</dt>
          <dd>
            {likelihood} · {method.likelihood[likelihood - 1]?.title}
          </dd>
          {Object.entries(consequences).map(([name, step]) => (
            <div key={name} className="contents">
              <dt>{method.criteria.find((item) => item.name === name)?.title ?? name}</dt>
              <dd className={step === worst ? 'strong' : undefined}>
                {step} · {method.consequence[step - 1]?.title}
              </dd>
            </div>
          ))}
        </dl>
      )}
      {typeof reason === 'string' && reason && <Prose text={reason} />}
    </section>
  );
}

function Block({ title, add, children }: { title: string; add?: ReactNode; children: ReactNode }) {
  return (
    <section className="surface section">
      <Group justify="space-between" mb={6}>
        <h2>{title}</h2>
        {add}
      </Group>
      {children}
    </section>
  );
}

function Add({ to, register }: { to: string; register: string }) {
  const words = useWords();
  const readOnly = useAsOf() !== null;
  const known = useRegister(register);
  if (readOnly || !known?.may.create) return null;
  return (
    <Button
      component={Link}
      to={to}
      size="compact-sm"
      variant="default"
      leftSection={<IconPlus size={13} />}
      className="no-print"
    >
      {words.t('ui.new', { register: words.register(register) })}
    </Button>
  );
}

function Stake({ risk }: { risk: Rec }) {
  const words = useWords();
  const ids = refsOf(risk.assets)
    .map((ref) => ref.id)
    .join(',');
  const assets = useItems('asset', { id: ids }, ids !== '');
  const need = (asset: Rec, name: string) =>
    asset[name] === null || asset[name] === undefined ? '–' : String(asset[name]);
  return (
    <Block title={words.t('ui.risk.stake')}>
      {!ids && (
        <Text size="sm" c="dimmed">
          {words.t('ui.risk.noassets')}
        </Text>
      )}
      <Missed of={assets} />
      {assets.isLoading && <Skeleton height={24} />}
      <ul className="lines">
        {assets.data?.map((asset) => (
          <li key={asset.id}>
            <span className="reference">{asset.reference}</span>
            <Anchor component={Link} to={pathOf('asset', asset.reference)} size="sm" flex={1}>
              {String(asset.title)}
            </Anchor>
            <Text size="xs" c="dimmed" className="number">
              {(['confidentiality', 'integrity', 'availability'] as const)
                .map((name) => `${words.field('asset', name)} ${need(asset, `need_${name}`)}`)
                .join(' · ')}
            </Text>
          </li>
        ))}
      </ul>
    </Block>
  );
}

function Actions({ risk }: { risk: Rec }) {
  const words = useWords();
  const register = useRegister('treatment_action');
  const actions = useItems('treatment_action', { risk: risk.id, expand: 'owner' }, register !== undefined);
  const now = new Date().toISOString().slice(0, 10);
  const late = (action: Rec) =>
    typeof action.due_on === 'string' &&
    action.due_on < now &&
    ['planned', 'in_progress'].includes(String(action.status));
  return (
    <Block
      title={words.t('ui.risk.treatment')}
      add={<Add to={`/treatment_action/new?risk=${risk.id}`} register="treatment_action" />}
    >
      <Text size="sm" mb={4}>
        {typeof risk.treatment === 'string' ? (
          <strong>{words.choice('risk', 'treatment', risk.treatment)}</strong>
        ) : (
          <span className="quiet">{words.t('ui.risk.notreatment')}</span>
        )}
      </Text>
      {typeof risk.treatment_reason === 'string' && <Prose text={risk.treatment_reason} />}
      <Missed of={actions} />
      {actions.isLoading && <Skeleton height={24} />}
      <ul className="lines">
        {actions.data?.map((action) => (
          <li key={action.id}>
            <span className="reference">{action.reference}</span>
            <Anchor component={Link} to={pathOf('treatment_action', action.reference)} size="sm" flex={1}>
              {titleOf(action, register)}
            </Anchor>
            {isRef(action.owner) && (
              <Text size="xs" c="dimmed">
                {action.owner.title}
              </Text>
            )}
            {typeof action.due_on === 'string' && (
              <span className={late(action) ? 'due due-late' : 'due'}>
                {late(action) && <IconAlertTriangle size={13} aria-label={words.t('ui.work.late.short')} />}
                {formatDate(action.due_on, words.language)}
              </span>
            )}
            <Status register="treatment_action" status={action.status} />
          </li>
        ))}
      </ul>
    </Block>
  );
}

function Controls({ risk }: { risk: Rec }) {
  const words = useWords();
  const ids = refsOf(risk.controls)
    .map((ref) => ref.id)
    .join(',');
  const controls = useItems('control', { id: ids }, ids !== '');
  if (!useRegister('control')) return null;
  return (
    <Block title={words.registers('control')}>
      {!ids && (
        <Text size="sm" c="dimmed">
          {words.t('ui.risk.nocontrols')}
        </Text>
      )}
      <Missed of={controls} />
      {controls.isLoading && <Skeleton height={24} />}
      <ul className="lines">
        {controls.data?.map((control) => (
          <li key={control.id}>
            <span className="reference">{control.reference}</span>
            <Anchor component={Link} to={pathOf('control', control.reference)} size="sm" flex={1}>
              {String(control.title)}
            </Anchor>
            {typeof control.test_due_on === 'string' && (
              <Text size="xs" c="dimmed">
                {words.t('ui.risk.testdue', { date: formatDate(control.test_due_on, words.language) })}
              </Text>
            )}
            {typeof control.implementation === 'string' && (
              <ToneBadge tone={implementationTone(control.implementation)}>
                {words.choice('control', 'implementation', control.implementation)}
              </ToneBadge>
            )}
          </li>
        ))}
      </ul>
    </Block>
  );
}

function Acceptances({ risk }: { risk: Rec }) {
  const words = useWords();
  const register = useRegister('acceptance');
  const acceptances = useItems('acceptance', { risk: risk.id }, register !== undefined);
  if (!register) return null;
  const title = encodeURIComponent(words.t('ui.risk.accept.title', { reference: risk.reference }));
  return (
    <Block
      title={words.registers('acceptance')}
      add={<Add to={`/acceptance/new?risk=${risk.id}&title=${title}`} register="acceptance" />}
    >
      <Missed of={acceptances} />
      {acceptances.isLoading && <Skeleton height={24} />}
      {acceptances.isSuccess && acceptances.data.length === 0 && (
        <Text size="sm" c="dimmed">
          {words.t('ui.risk.noacceptance')}
        </Text>
      )}
      <ul className="lines">
        {acceptances.data?.map((item) => (
          <li key={item.id}>
            <span className="reference">{item.reference}</span>
            <Anchor component={Link} to={pathOf('acceptance', item.reference)} size="sm" flex={1}>
              {titleOf(item, register)}
            </Anchor>
            {typeof item.expires_on === 'string' && (
              <Text size="xs" c="dimmed">
                {words.t('ui.evidence.until', { date: formatDate(item.expires_on, words.language) })}
              </Text>
            )}
            <Status register="acceptance" status={item.status} />
          </li>
        ))}
      </ul>
    </Block>
  );
}

function Story({ register, risk }: { register: Register; risk: Rec }) {
  const words = useWords();
  const method = useMethod();
  const [rating, setRating] = useState<Rating | null>(null);
  const locked = stateOf(register, risk.status)?.locked ?? false;
  const readOnly = useAsOf() !== null || !register.may.change || locked;
  const attention = risk.attention;
  const threats = refsOf(risk.threats);
  return (
    <>
      {typeof attention === 'string' && attention !== 'none' && (
        <Alert color="orange" icon={<IconAlertTriangle />} p="xs" mb="md">
          {words.choice('risk', 'attention', attention)}
        </Alert>
      )}
      <section className="surface section">
        {typeof risk.description === 'string' && <Prose text={risk.description} />}
        {threats.length > 0 && (
          <Group gap="xs" mt="xs">
            <Text size="xs" c="dimmed">
              {words.registers('threat')}
            </Text>
            {threats.map((threat) => (
              <RefLink key={threat.id} of={threat} />
            ))}
          </Group>
        )}
        {method && (
          <div className="ratings">
            {RATINGS.map((name, index) => (
              <div key={name} className="contents">
                {index > 0 && <IconArrowRight size={18} className="quiet rating-arrow" aria-hidden />}
                <RatingCard
                  register={register}
                  risk={risk}
                  rating={name}
                  method={method}
                  readOnly={readOnly}
                  onRate={() => setRating(name)}
                />
              </div>
            ))}
          </div>
        )}
      </section>
      <Stake risk={risk} />
      <Actions risk={risk} />
      <Controls risk={risk} />
      <Acceptances risk={risk} />
      {rating && method && (
        <Rate register={register} risk={risk} rating={rating} method={method} onClose={() => setRating(null)} />
      )}
    </>
  );
}

const TOLD = ['description', 'assets', 'threats', 'controls', 'treatment', 'treatment_reason', 'attention'];
const WITHOUT = [
  ...TOLD,
  ...RATINGS.flatMap((rating) =>
    ['likelihood', 'consequences', 'reason', 'consequence', 'level', 'rank'].map((part) => `${rating}_${part}`),
  ),
];

export function RiskPage({ register, reference }: { register: Register; reference: string }) {
  return (
    <RecordPage
      register={register}
      reference={reference}
      without={WITHOUT}
      story={(risk) => <Story register={register} risk={risk} />}
    />
  );
}
