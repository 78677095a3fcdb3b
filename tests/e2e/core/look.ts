// What must hold of whatever is in sight: accessible, inside the window, in words and not in keys, without complaint.
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'

const STANDARD = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

/** From here on things are where and what they will be at once, so that nothing is measured halfway. */
export async function still(page: Page): Promise<void> {
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync('*, ::before, ::after { transition: none !important; animation: none !important }')
    document.adoptedStyleSheets = [sheet]
  })
}

/** Light or dark, by the attribute that the interface sets. */
export async function dress(page: Page, scheme: 'light' | 'dark'): Promise<void> {
  await page.evaluate((wanted) => {
    document.documentElement.dataset.mantineColorScheme = wanted
  }, scheme)
}

/** What axe finds serious or critical; `colours` asks for nothing but contrast, which is all that a theme can change. */
export async function barriers(page: Page, colours = false): Promise<string[]> {
  const results = await page.evaluate(
    async ([standard, only]): Promise<AxeResults> =>
      (window as unknown as { axe: typeof import('axe-core') }).axe.run(document, {
        runOnly: only ? { type: 'rule', values: ['color-contrast'] } : { type: 'tag', values: standard },
        resultTypes: ['violations'],
      }),
    [STANDARD, colours] as const,
  )
  return results.violations
    .filter((rule) => rule.impact === 'serious' || rule.impact === 'critical')
    .flatMap((rule) =>
      rule.nodes.slice(0, 3).map((node) => `${rule.id}: ${node.html.slice(0, 160)} (${node.failureSummary?.split('\n')[1]?.trim()})`),
    )
}

/** What reaches out of the window on the right once everything has taken its place in it. */
export async function overflow(page: Page): Promise<string[]> {
  const fits = () => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) <= document.documentElement.clientWidth
  const settles = page.waitForFunction(fits, null, { timeout: 5000 })
  return settles.then(() => []).catch(() => outside(page))
}

function outside(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth
    const scrolls = (element: Element | null): boolean =>
      element !== null && element !== document.body && (getComputedStyle(element).overflowX !== 'visible' || scrolls(element.parentElement))
    const out = [...document.body.querySelectorAll('*')].filter(
      (element) => element.getBoundingClientRect().right > width + 1 && !scrolls(element.parentElement),
    )
    return [`the page is ${document.documentElement.scrollWidth} wide in a window of ${width}`, ...out.slice(0, 3).map((element) => element.outerHTML.slice(0, 160))]
  })
}

/** Columns of tables that one would have to scroll sideways to see. */
export function clipped(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('.heat-scroll')]
      .filter((frame) => frame.scrollWidth > frame.clientWidth)
      .map((frame) => `${frame.getAttribute('aria-label')}: ${frame.scrollWidth} in ${frame.clientWidth}`),
  )
}

const KEY = /\b(field|register|state|transition|choice|ui|group|room|role|action|criterion|attribute)\.[a-z_]+(\.[a-z_]+)*\b/

/** Keys of the catalogue that nobody has put into words, in what is read or spoken. */
export function rawKeys(page: Page): Promise<string[]> {
  return page.evaluate((source) => {
    const spoken = [...document.querySelectorAll('[aria-label], [placeholder], [title], [aria-description]')].flatMap((element) =>
      ['aria-label', 'placeholder', 'title', 'aria-description'].map((name) => element.getAttribute(name) ?? ''),
    )
    const key = new RegExp(source)
    return [document.title, ...document.body.innerText.split('\n'), ...spoken].filter((text) => key.test(text))
  }, KEY.source)
}

/** Words of the catalogue that are still in the other language: what is read exactly as English says it, was not typed, and is not marked as English. */
export function untranslated(page: Page, english: Record<string, string>, own: Record<string, string>): Promise<string[]> {
  const both = new Set(Object.values(own))
  const foreign = Object.values(english).filter((text) => text.length > 3 && !both.has(text) && !text.includes('{'))
  return page.evaluate((texts) => {
    const words = new Set(texts)
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const found = new Set<string>()
    while (walker.nextNode()) {
      const text = walker.currentNode.textContent?.trim() ?? ''
      if (words.has(text) && !walker.currentNode.parentElement?.closest('textarea, [lang=en]')) found.add(text)
    }
    return [...found]
  }, foreign)
}
