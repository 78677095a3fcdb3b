// German, chosen in the menu: every page speaks it, in a window of 360 pixels as well, where long words show.
import assert from 'node:assert/strict'
import type { Window } from '../core/browser.ts'
import { overflow, rawKeys, still, untranslated } from '../core/look.ts'
import { Program } from '../core/program.ts'
import { EMAIL, show, SPOTS, type Spot } from '../core/spots.ts'
import { alone, stage, step } from '../core/stage.ts'
import { signIn, visible } from '../core/steps.ts'

const NARROW = { width: 360, height: 780 }
const WIDE = { width: 1280, height: 800 }
const on = stage(Program.demonstration)
const windows: Partial<Record<Spot['who'], Window>> = {}
let english: Record<string, string>
let german: Record<string, string>

step(on, 'the language is chosen in the menu, and is remembered with the user', async () => {
  const { page } = await on.window()
  await signIn(page, EMAIL.manager)
  await page.locator('.avatar').click()
  await page.getByRole('menuitem', { name: 'Deutsch' }).click()
  await visible(page.getByRole('link', { name: 'Risiken', exact: true }))
  assert.equal(await page.locator('html').getAttribute('lang'), 'de')
  const elsewhere = await on.page()
  await signIn(elsewhere, EMAIL.manager)
  await visible(elsewhere.getByRole('link', { name: 'Risiken', exact: true }))
  const catalogue = (language: string) => page.evaluate((name) => fetch(`/api/v1/labels/${name}`).then((answer) => answer.json()), language)
  english = await catalogue('en')
  german = await catalogue('de')
})

async function windowOf(who: Spot['who']): Promise<Window> {
  const known = windows[who]
  if (known) return known
  const window = await on.window({ locale: 'de-DE', viewport: WIDE })
  if (who !== 'nobody') {
    await window.page.goto('/')
    await window.page.getByLabel('E-Mail').fill(EMAIL[who])
    await window.page.locator('input[type=password]').fill('harbour lights at dawn')
    await window.page.locator('button[type=submit]').click()
    await visible(window.page.getByRole('banner'))
    await window.page.evaluate(() => localStorage.setItem('merlon.language', 'de'))
  }
  windows[who] = window
  return window
}

async function look(spot: Spot): Promise<void> {
  const { page, takeComplaints } = await windowOf(spot.who)
  await page.setViewportSize(WIDE)
  takeComplaints()
  await show(page, spot)
  await still(page)
  const found = await untranslated(page, english, german)
  await page.setViewportSize(NARROW)
  found.push(...(await overflow(page)), ...(await rawKeys(page)))
  found.push(...takeComplaints().filter((line) => !spot.tolerates?.test(line)))
  assert.equal(found.join('\n'), '')
}

step(on, 'German: a refused form says in German what is wrong', async () => {
  const { page, takeComplaints } = await windowOf('manager')
  await page.setViewportSize(WIDE)
  await page.goto('/person/new')
  await page.getByLabel('Name').fill('Zweite Person')
  await page.getByLabel('E-Mail-Adresse').fill(EMAIL.manager)
  await page.getByRole('button', { name: 'Anlegen' }).click()
  await visible(page.getByText('Einige Felder sind noch nicht in Ordnung.'))
  await visible(page.getByText('Ein anderer Eintrag in „Personen“ hat bei „E-Mail-Adresse“ schon diesen Wert.'))
  await page.getByLabel('E-Mail-Adresse').fill('keine')
  await page.getByRole('button', { name: 'Anlegen' }).click()
  await visible(page.getByText('Das ist keine E-Mail-Adresse; dazu gehören ein Name, ein @ und eine Domain.'))
  takeComplaints() // the browser reports each refusal
})

for (const spot of SPOTS) alone(on, `German: ${spot.name}`, () => look(spot))
