// Everything without a pointer: one always sees where one is, and nothing holds one back.
import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { PASSWORD, Program } from '../core/program.ts'
import { EMAIL } from '../core/spots.ts'
import { stage, step } from '../core/stage.ts'
import { gone, visible } from '../core/steps.ts'

const on = stage(Program.demonstration)
let page: Page

/** What has the focus, in words. */
const here = () =>
  page.evaluate(() => {
    const element = document.activeElement
    if (!element || element === document.body) return ''
    const name = element.getAttribute('aria-label') ?? (element as HTMLInputElement).labels?.[0]?.textContent ?? element.textContent
    return `${element.tagName.toLowerCase()} ${element.getAttribute('role') ?? ''} ${name?.trim().slice(0, 60)}`
  })

/** Tab by tab to what is meant, and no further than once around. */
async function tabTo(name: RegExp, key = 'Tab'): Promise<void> {
  const seen: string[] = []
  for (let count = 0; count < 120; count++) {
    await page.keyboard.press(key)
    const at = await here()
    if (name.test(at)) return
    seen.push(at)
  }
  assert.fail(`the keyboard does not reach ${name}: it saw ${seen.slice(0, 40).join(' | ')}`)
}

const focused = (selector: string) =>
  page.waitForFunction((wanted) => document.activeElement?.matches(wanted) === true, selector)

step(on, 'signing in', async () => {
  page = await on.page()
  await page.goto('/')
  await visible(page.getByRole('heading', { name: 'Sign in to Merlon' }))
  await tabTo(/E-mail/)
  await page.keyboard.type(EMAIL.manager)
  await tabTo(/^input {2}Password/)
  await page.keyboard.type(PASSWORD)
  await page.keyboard.press('Enter')
  await visible(page.getByRole('heading', { name: 'Home' }))
})

step(on, 'the way around: the first stop leads past the navigation, the others through it', async () => {
  await page.reload()
  await visible(page.getByRole('heading', { name: 'Home' }))
  await page.keyboard.press('Tab')
  assert.match(await here(), /Skip to content/)
  await page.keyboard.press('Enter')
  await focused('#main')
  await page.reload()
  await visible(page.getByRole('heading', { name: 'Home' }))
  await tabTo(/^a +Assets$/)
  await page.keyboard.press('Enter')
  await visible(page.getByRole('heading', { name: 'Assets' }))
})

step(on, 'a list: j, k, x, Enter', async () => {
  await visible(page.getByRole('link', { name: 'Domain and DNS service' }))
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('k')
  await page.keyboard.press('x')
  await visible(page.getByRole('region', { name: 'Selected records' }).getByText('1 selected'))
  await page.keyboard.press('x')
  await page.keyboard.press('Enter')
  await visible(page.getByRole('heading', { name: 'Domain and DNS service' }))
})

step(on, 'editing: e, Tab, typing, Enter', async () => {
  await page.keyboard.press('e')
  await visible(page.getByRole('button', { name: 'Save' }))
  await tabTo(/^input {2}Location/)
  await page.keyboard.type('The north pier')
  await page.keyboard.press('Enter')
  await visible(page.getByText('The north pier'))
})

step(on, 'choosing from a list', async () => {
  await page.keyboard.press('e')
  await visible(page.getByRole('button', { name: 'Save' }))
  await tabTo(/^input .*Kind/)
  await page.keyboard.press('Enter')
  const lit = page.locator('[role=option][data-combobox-selected]')
  do {
    await page.keyboard.press('ArrowDown')
    await visible(lit)
  } while ((await lit.textContent()) !== 'Process')
  await page.keyboard.press('Enter')
  await gone(page.getByRole('listbox'))
  await tabTo(/^button {2}Save/)
  await page.keyboard.press('Enter')
  await visible(page.getByText('Process', { exact: true }))
})

step(on, 'a step: its dialog holds the focus, Escape gives it back, Enter takes the step', async () => {
  await tabTo(/^button {2}Retire/)
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog')
  await visible(dialog)
  for (let count = 0; count < 12; count++) {
    await page.keyboard.press('Tab')
    assert.ok(await page.evaluate(() => document.activeElement?.closest('[role=dialog]') !== null), 'Tab left an open dialog')
  }
  await page.keyboard.press('Escape')
  await gone(dialog)
  await page.waitForFunction(() => document.activeElement?.textContent === 'Retire')
  await page.keyboard.press('Enter')
  await visible(dialog)
  await tabTo(/^button {2}Retire/)
  await page.keyboard.press('Enter')
  await gone(dialog)
  await visible(page.getByRole('main').getByText('Retired', { exact: true }).first())
})

step(on, 'a step that is refused can be reached, and says why', async () => {
  await page.goto('/risk/RSK-1')
  await visible(page.getByRole('button', { name: 'Monitor' }))
  await tabTo(/^button {2}Monitor/)
  await visible(page.getByRole('tooltip'))
})

step(on, 'Ctrl-K finds a record and goes there', async () => {
  await page.keyboard.press('Control+k')
  await visible(page.getByRole('dialog'))
  await page.waitForFunction(() => document.activeElement?.tagName === 'INPUT')
  await page.keyboard.type('payroll')
  await visible(page.getByRole('dialog').getByText(/Payroll/).first())
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await gone(page.getByRole('dialog'))
  await visible(page.getByRole('heading', { name: /payroll/i }))
})

step(on, 'Ctrl-K offers nothing astray while the answer to all that was typed is on its way', async () => {
  let release: () => void = () => undefined
  const held = new Promise<void>((resolve) => (release = resolve))
  await page.route(/search\?q=storm/, async (route) => {
    await held
    await route.continue()
  })
  const options = page.getByRole('dialog').locator('.hit')
  await page.keyboard.press('Control+k')
  await page.waitForFunction(() => document.activeElement?.tagName === 'INPUT')
  await page.keyboard.type('st')
  await visible(options.filter({ hasNotText: /storm/i }).first())
  const asked = page.waitForRequest(/search\?q=storm/)
  await page.keyboard.type('orm')
  await asked
  await gone(options.filter({ hasNotText: /storm/i }).first())
  const answered = page.waitForResponse(/search\?q=storm/)
  release()
  await answered
  await page.unroute(/search\?q=storm/)
  await page.keyboard.press('Escape')
  await gone(page.getByRole('dialog'))
})

step(on, 'the menu of the user: arrows, Escape, and the focus is back where it was', async () => {
  await tabTo(/Menu of/, 'Shift+Tab')
  await page.keyboard.press('Enter')
  await visible(page.getByRole('menu'))
  await page.keyboard.press('ArrowDown')
  await page.waitForFunction(() => document.activeElement?.getAttribute('role') === 'menuitem')
  await page.keyboard.press('Escape')
  await gone(page.getByRole('menu'))
  await page.waitForFunction(() => /Menu of/.test(document.activeElement?.textContent ?? ''))
})

step(on, 'the statement: j, g, Enter', async () => {
  await page.goto('/soa/SOA-1')
  await visible(page.getByRole('row', { name: /A\.5\.1 / }))
  await page.keyboard.press('j')
  await page.keyboard.press('g')
  const practice = page.getByRole('checkbox', { name: /^Good practice: A\.5\.1 / })
  await page.waitForFunction(() => (document.querySelector('[aria-label^="Good practice: A.5.1 "]') as HTMLInputElement).checked)
  assert.ok(await practice.isChecked())
  await page.keyboard.press('Enter')
  await focused('textarea')
  await page.keyboard.type('As every year.')
  await page.keyboard.press('Enter')
  await visible(page.getByText('As every year.'))
})

step(on, 'the tree of requirements: arrows open, close and move', async () => {
  await page.goto('/requirements')
  await visible(page.getByRole('treeitem').first())
  await tabTo(/^div tree/)
  await page.keyboard.press('j')
  const first = page.getByRole('treeitem').first()
  await page.keyboard.press('ArrowLeft')
  await page.waitForFunction(() => document.querySelector('[role=treeitem]')?.getAttribute('aria-expanded') === 'false')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowDown')
  assert.equal(await first.getAttribute('aria-selected'), 'false')
})

step(on, 'Tab goes round every page, and is nowhere lost or held', async () => {
  for (const path of ['/', '/work', '/risk', '/risk/new', '/risk/RSK-1', '/risk-matrix', '/soa/SOA-1', '/settings/profile', '/assurance']) {
    await page.goto(path)
    await visible(page.locator('main h1').first())
    let lost = 0
    const seen = new Map<string, number>()
    for (let count = 0; count < 60; count++) {
      await page.keyboard.press('Tab')
      const at = await page.evaluate(() => {
        const element = document.activeElement
        if (!element || element === document.body) return ''
        const box = element.getBoundingClientRect()
        return box.width + box.height === 0 ? '' : `${element.outerHTML.slice(0, 300)}${Math.round(box.x)},${Math.round(box.y)}`
      })
      if (at === '') lost++
      else seen.set(at, (seen.get(at) ?? 0) + 1)
    }
    assert.ok(lost <= 2, `${path}: the focus was lost ${lost} times`)
    for (const [at, times] of seen) assert.ok(times < 20, `${path}: held at ${at}`)
  }
})
