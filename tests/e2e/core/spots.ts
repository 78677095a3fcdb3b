// Every page there is, and what opens on it. Tests look at all of them, and so do the pictures.
import type { Page } from 'playwright-core'
import { visible } from './steps.ts'

export type Who = 'nobody' | 'manager' | 'administrator'
export const EMAIL: Record<Exclude<Who, 'nobody'>, string> = {
  manager: 'marta.nowak@tidewell.example',
  administrator: 'ida.lindqvist@tidewell.example',
}

export interface Spot {
  name: string
  path: string
  who: Who
  /** What is opened on the page; by roles and places, since its words are in any language. */
  open?: (page: Page) => Promise<void>
  /** By keys, which a list on a phone does not answer to: a wide window comes first, and becomes narrow. */
  keys?: boolean
  /** What the browser itself says of an answer that is meant to be a refusal. */
  tolerates?: RegExp
}

/** The page has drawn what it has to say: no bones of loading are left, and the letters have their shapes. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(
    () =>
      document.querySelector('h1, h2') !== null &&
      document.querySelector('.mantine-Skeleton-root, [aria-busy="true"], .mantine-Loader-root') === null &&
      document.fonts.status === 'loaded',
  )
}

/** Goes to a spot from nowhere, and opens what it has to open. */
export async function show(page: Page, spot: Spot): Promise<void> {
  await page.goto('about:blank')
  await page.goto(spot.path)
  await settled(page)
  await spot.open?.(page)
  await settled(page)
}

const press = (key: string, then: string) => async (page: Page) => {
  await page.keyboard.press(key)
  await visible(page.locator(then).first())
}
const click = (what: string, then: string) => async (page: Page) => {
  await page.locator(what).first().click()
  await visible(page.locator(then).first())
}

const DIALOG = '[role=dialog] h2, [role=dialog] input'
const FILE = 'title,kind,shelf\nCrane control,software,4\nGate camera,camera,5\n'

async function importFile(page: Page): Promise<void> {
  const buffer = Buffer.from(FILE)
  await page.locator('input[type=file]').setInputFiles({ name: 'assets.csv', mimeType: 'text/csv', buffer })
  await visible(page.locator('table'))
  await page.locator('.mantine-Group-root > .mantine-Button-root').last().click()
  await visible(page.locator('table').nth(1))
}

async function cursorTo(page: Page, key: string, then: string): Promise<void> {
  await visible(page.locator('tr.row').first())
  await page.keyboard.press('j')
  await press(key, then)(page)
}

const manager = (name: string, path: string, open?: Spot['open']): Spot => ({ name, path, who: 'manager', open })
const administrator = (name: string, path: string, open?: Spot['open']): Spot => ({ name, path, who: 'administrator', open })

/** With the demonstration organisation. */
export const SPOTS: Spot[] = [
  { name: 'sign in', path: '/', who: 'nobody' },
  { name: 'start', path: '/start#token', who: 'nobody' },
  manager('home', '/'),
  manager('work', '/work'),
  manager('list of risks', '/risk'),
  manager('list of assets, filtered', '/asset?kind=software,service&sort=-id'),
  manager('list, filter open', '/risk?status=monitored', click('.pill-text', '.mantine-Popover-dropdown')),
  manager('list, columns', '/asset', click('.list-head button:has(.tabler-icon-columns-3)', '.mantine-Popover-dropdown')),
  { ...manager('list, selection', '/asset', (page) => cursorTo(page, 'x', '.bulk')), keys: true },
  { ...manager('list, quick edit', '/asset', (page) => cursorTo(page, 'e', DIALOG)), keys: true },
  manager('record', '/asset/AST-1'),
  manager('record, links', '/asset/AST-1?tab=links'),
  manager('record, evidence', '/control/CTL-1?tab=evidence'),
  manager('record, tasks', '/control/CTL-1?tab=tasks'),
  manager('record, comments', '/risk/RSK-1?tab=comments'),
  manager('record, history', '/risk/RSK-1?tab=history'),
  manager('record, edit', '/control/CTL-1', press('e', 'form')),
  manager('record, step', '/control/CTL-1', click('.record-head .mantine-Button-root:not([aria-disabled], [data-with-left-section])', DIALOG)),
  manager('record, menu', '/asset/AST-2', click('.record-head button[aria-haspopup=menu]', '[role=menu]')),
  manager('record, delete', '/asset/AST-2', async (page) => {
    await page.locator('.record-head button[aria-haspopup=menu]').last().click()
    await page.getByRole('menuitem').last().click()
    await visible(page.locator(DIALOG).first())
  }),
  manager('new risk', '/risk/new'),
  {
    ...manager('new asset, refused', '/asset/new', async (page) => {
      await page.locator('button[type=submit]').click()
      await visible(page.locator('[aria-invalid=true]').first())
    }),
    tolerates: /status of 422/,
  },
  manager('import', '/asset/import'),
  manager('import, each row’s fate', '/asset/import', importFile),
  manager('risk matrix', '/risk-matrix'),
  manager('risk matrix, rate', '/risk-matrix', click('.chip', DIALOG)),
  manager('risk', '/risk/RSK-1'),
  manager('methodology', '/methodology/MET-1'),
  manager('new methodology', '/methodology/new'),
  manager('requirements', '/requirements'),
  manager('requirements, one open', '/requirements?show=reference', click('.tree-row', '.tree-panel')),
  manager('statement', '/soa/SOA-1'),
  manager('statement, versions', '/soa/SOA-1?tab=versions'),
  manager('statement, overview', '/soa/SOA-1?tab=about'),
  manager('approved version', '/soa_version/SOV-1'),
  manager('traceability', '/traceability'),
  manager('assurance', '/assurance'),
  manager('assurance, proof', '/assurance', click('.list tbody button', '[role=dialog] pre')),
  manager('operator’s guide', '/guide'),
  manager('settings, profile', '/settings/profile'),
  manager('settings, roles', '/settings/roles'),
  manager('settings, tokens', '/settings/tokens'),
  manager('settings, new token', '/settings/tokens', click('section .mantine-Button-root', DIALOG)),
  administrator('security events', '/security-events'),
  administrator('security events, none', '/security-events?kind=events_lost'),
  administrator('security events, export', '/security-events', click('.page-head button', '[role=menu]')),
  administrator('settings, users', '/settings/users'),
  administrator('settings, new user', '/settings/users', click('section .mantine-Button-root', DIALOG)),
  administrator('settings, fields', '/settings/fields'),
  administrator('settings, new field', '/settings/fields', click('section .mantine-Button-root', DIALOG)),
  manager('search', '/', async (page) => {
    await press('Control+k', '[role=dialog] input:focus')(page)
    await page.keyboard.type('customer')
    await visible(page.locator('[role=dialog] .reference').first())
    await press('ArrowDown', '[role=dialog] [data-selected]')(page)
  }),
  manager('keyboard help', '/', press('?', '[role=dialog] kbd')),
  manager('menu of the user', '/', click('.avatar', '.mantine-Menu-dropdown')),
  manager('another day', '/', click('header button:has(.tabler-icon-calendar-time)', '.mantine-Popover-dropdown')),
  manager('list as of a day', `/risk?as_of=${new Date().toISOString().slice(0, 10)}`),
  manager('nothing here', '/nothing/here'),
]

/** Before anything is there: pages which teach. */
export const EMPTY_SPOTS: Spot[] = [
  administrator('home, empty', '/'),
  administrator('work, empty', '/work'),
  administrator('list, empty', '/risk'),
  administrator('matrix, empty', '/risk-matrix'),
  administrator('requirements, empty', '/requirements'),
  administrator('statement, empty', '/statement'),
  administrator('traceability, empty', '/traceability'),
  administrator('tokens, empty', '/settings/tokens'),
]
