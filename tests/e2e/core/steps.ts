// What a person does again and again, by the words which they see.
import assert from 'node:assert/strict'
import { type Locator, type Page } from 'playwright-core'
import { PASSWORD } from './program.ts'

/** Everywhere a name may be given to narrow down: a dialog, a form, the page. */
type Place = Page | Locator

export async function visible(locator: Locator): Promise<void> {
  await locator.waitFor({ state: 'visible' })
}

export async function gone(locator: Locator): Promise<void> {
  await locator.waitFor({ state: 'hidden' })
}

export async function signIn(page: Page, email: string, password = PASSWORD, path = '/'): Promise<void> {
  await page.goto(path)
  await page.getByLabel('E-mail').fill(email)
  await page.getByRole('textbox', { name: 'Password' }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await visible(page.getByRole('banner'))
}

/** The first start: the organisation, and whoever administers it. */
export async function begin(page: Page, link: string, email: string, password = PASSWORD): Promise<void> {
  await page.goto(link)
  await page.getByLabel('Name of the organisation').fill('Harbour Works')
  await page.getByLabel('Your name').fill('Ada Manager')
  await page.getByLabel('E-mail address').fill(email)
  await page.getByRole('textbox', { name: 'Password' }).fill(password)
  await page.getByRole('button', { name: 'Begin' }).click()
  await visible(page.getByRole('banner'))
}

/** Chooses from a list that opens under a field; typing narrows it down. */
export async function choose(place: Place, label: string | RegExp, option: string | RegExp, typed?: string): Promise<void> {
  const field = place.getByRole('combobox', { name: label }).or(place.getByRole('textbox', { name: label })).first()
  await field.click()
  if (typed) await field.fill(typed)
  const page = 'page' in place ? place.page() : place
  await page.getByRole('option', { name: option }).first().click()
}

/** Waits for the short word at the edge of the page that says what was done. */
export async function told(page: Page, text: string | RegExp): Promise<void> {
  await visible(page.getByRole('alert').filter({ hasText: text }).first())
}

/** Takes a step of the record in sight: its button, and the dialog which it may open. */
export async function takeStep(page: Page, name: string, fill?: (dialog: Locator) => Promise<void>): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click()
  const dialog = page.getByRole('dialog')
  await visible(dialog)
  await fill?.(dialog)
  await dialog.getByRole('button', { name, exact: true }).click()
  await gone(dialog)
}

/** What is changed in place is shown at once, and stored a moment later. */
export async function stored(page: Page, act: () => Promise<void>): Promise<void> {
  const answer = page.waitForResponse((response) => response.request().method() === 'PATCH')
  await act()
  assert.equal((await answer).status(), 200)
}

/** A step that is not possible now stays in sight, and says why. */
export async function refused(page: Page, name: string, why: RegExp): Promise<void> {
  const button = page.getByRole('button', { name, exact: true }).and(page.locator('[aria-disabled=true]'))
  const reason = page.getByRole('tooltip').filter({ hasText: why })
  await visible(button)
  // While the page is still coming to rest, the button may slip away from under the pointer.
  for (let tries = 0; tries < 10 && !(await reason.isVisible()); tries++) {
    await page.mouse.move(0, 0)
    await button.hover()
    await reason.waitFor({ timeout: 2000 }).catch(() => undefined)
  }
  await visible(reason)
  await page.mouse.move(0, 0)
}

/** So many days from today, as an English page takes dates: 1 Mar 2027. */
export function dayAfter(days: number): string {
  const day = new Date(Date.now() + days * 86_400_000)
  const month = day.toLocaleDateString('en-US', { month: 'short', timeZone: 'UTC' })
  return `${day.getUTCDate()} ${month} ${day.getUTCFullYear()}`
}
