// Pictures of every page, for looking at: pictures.ts [FOLDER [NAME...]], MERLON_E2E_LANGUAGE=de in German.
import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { openBrowser, openWindow, PHONE, WIDE } from './core/browser.ts'
import { makeDemonstration, Program } from './core/program.ts'
import { EMAIL, EMPTY_SPOTS, show, SPOTS, type Spot, type Who } from './core/spots.ts'
import { begin, signIn } from './core/steps.ts'

const [folder = mkdtempSync(join(tmpdir(), 'merlon-pictures-')), ...wanted] = process.argv.slice(2)
const SIZES = { 1440: WIDE, 1024: { width: 1024, height: 768 }, 820: { width: 820, height: 1180 }, 390: PHONE }
const LANGUAGE = process.env.MERLON_E2E_LANGUAGE ?? 'en'
const SCHEMES = ['light', 'dark'] as const

mkdirSync(folder, { recursive: true })
process.env.MERLON_E2E_DEMO ??= makeDemonstration()

async function photograph(page: Page, spot: Spot, ending: string): Promise<void> {
  const size = page.viewportSize() ?? WIDE
  try {
    if (spot.keys) await page.setViewportSize(WIDE)
    await show(page, spot)
    await page.setViewportSize(size)
  } catch (error) {
    console.log(`${spot.name}: ${String(error).split('\n')[0]}`)
  }
  await page.screenshot({ path: join(folder, `${spot.name.replaceAll(/\W+/g, '-')}-${ending}.png`) })
}

async function series(browser: Browser, program: Program, spots: Spot[]): Promise<void> {
  for (const scheme of SCHEMES) {
    for (const [width, viewport] of Object.entries(SIZES)) {
      for (const who of ['nobody', 'manager', 'administrator'] as Who[]) {
        const some = spots.filter((spot) => spot.who === who && (!wanted.length || wanted.some((name) => spot.name.includes(name))))
        if (some.length === 0) continue
        const { page } = await openWindow(browser, program.address, { viewport, colorScheme: scheme })
        if (who !== 'nobody') await signIn(page, EMAIL[who])
        await page.evaluate((language) => localStorage.setItem('merlon.language', language), LANGUAGE)
        for (const spot of some) await photograph(page, spot, `${width}-${scheme}`)
        await page.context().close()
      }
    }
  }
}

const browser = await openBrowser()
const full = await Program.demonstration()
const empty = await Program.empty()
try {
  const { page } = await openWindow(browser, empty.address)
  await begin(page, empty.link, EMAIL.administrator)
  await page.context().close()
  await series(browser, full, SPOTS)
  await series(browser, empty, EMPTY_SPOTS)
  console.log(`The pictures are in ${folder}`)
} finally {
  await browser.close()
  await full.remove()
  await empty.remove()
}
