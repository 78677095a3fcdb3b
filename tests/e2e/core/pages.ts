// Every page, in both themes, wide and narrow: no barrier, nothing pushed out of the window, no key instead of a word,
// and nothing that the browser complains of.
import assert from 'node:assert/strict'
import { PHONE, WIDE, type Window } from './browser.ts'
import { barriers, dress, overflow, rawKeys, still } from './look.ts'
import { Program } from './program.ts'
import { EMAIL, EMPTY_SPOTS, show, SPOTS, type Spot, type Who } from './spots.ts'
import { alone, stage, type Stage } from './stage.ts'
import { begin, signIn } from './steps.ts'

const NARROW = { width: 360, height: 780 }

/** One window for each person: signing in again and again would be stopped as an attack. */
const windows = new Map<string, Promise<Window>>()
function windowOf(on: Stage, who: Who, empty: boolean): Promise<Window> {
  const key = `${empty} ${who}`
  const open = async () => {
    const window = await on.window({ colorScheme: 'light' })
    if (empty) await begin(window.page, on.program.link, EMAIL.administrator)
    else if (who !== 'nobody') await signIn(window.page, EMAIL[who])
    return window
  }
  const window = windows.get(key) ?? open()
  windows.set(key, window)
  return window
}

async function look(on: Stage, spot: Spot, empty: boolean): Promise<void> {
  const { page, takeComplaints } = await windowOf(on, spot.who, empty)
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

/** Every second page, from the first (0) or the second (1) on: two files, which run beside each other. */
export function lookAtEverySecond(from: 0 | 1): void {
  const full = stage(Program.demonstration)
  const empty = stage(Program.empty)
  const mine = (_: Spot, i: number): boolean => i % 2 === from
  for (const spot of SPOTS.filter(mine)) alone(full, spot.name, () => look(full, spot, false))
  for (const spot of EMPTY_SPOTS.filter(mine)) alone(empty, spot.name, () => look(empty, spot, true))
}
