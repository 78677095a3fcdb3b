// Every page, in both themes, wide and narrow: no barrier, nothing pushed out of the window, no key instead of a word,
// and nothing that the browser complains of.
import assert from 'node:assert/strict'
import { PHONE, WIDE, type Window } from '../core/browser.ts'
import { barriers, dress, overflow, rawKeys, still } from '../core/look.ts'
import { Program } from '../core/program.ts'
import { EMAIL, EMPTY_SPOTS, show, SPOTS, type Spot, type Who } from '../core/spots.ts'
import { alone, stage } from '../core/stage.ts'
import { begin, signIn } from '../core/steps.ts'

const NARROW = { width: 360, height: 780 }
const full = stage(Program.demonstration)
const empty = stage(Program.empty)

/** One window for each person: signing in again and again would be stopped as an attack. */
const windows = new Map<string, Promise<Window>>()
function windowOf(on: typeof full, who: Who): Promise<Window> {
  const key = `${on === full} ${who}`
  const open = async () => {
    const window = await on.window({ colorScheme: 'light' })
    if (on === empty) await begin(window.page, on.program.link, EMAIL.administrator)
    else if (who !== 'nobody') await signIn(window.page, EMAIL[who])
    return window
  }
  const window = windows.get(key) ?? open()
  windows.set(key, window)
  return window
}

async function look(on: typeof full, spot: Spot): Promise<void> {
  const { page, takeComplaints } = await windowOf(on, spot.who)
  const found: string[] = []
  const note = (where: string, what: string[]) => found.push(...what.map((line) => `${where}: ${line}`))
  await page.setViewportSize(WIDE)
  takeComplaints()
  await show(page, spot)
  await still(page)
  await dress(page, 'light')
  note('wide and light', await barriers(page))
  await dress(page, 'dark')
  note('wide and dark', await barriers(page, true))
  await page.setViewportSize(PHONE)
  note('narrow and dark', await barriers(page, true))
  await dress(page, 'light')
  note('narrow and light', await barriers(page))
  note('390 wide', await overflow(page))
  await page.setViewportSize(NARROW)
  note('360 wide', await overflow(page))
  note('key without words', await rawKeys(page))
  note('complaint', takeComplaints().filter((line) => !spot.tolerates?.test(line)))
  assert.equal(found.join('\n'), '')
}

for (const spot of SPOTS) alone(full, spot.name, () => look(full, spot))
for (const spot of EMPTY_SPOTS) alone(empty, spot.name, () => look(empty, spot))
