// A program, a browser and the windows of a test file; opened before its steps, put away after them.
import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { openBrowser, openWindow, type Window } from './browser.ts'
import { Program } from './program.ts'

const evidence = process.env.MERLON_E2E_FAILURES ?? join(tmpdir(), 'merlon-e2e-failures')

export class Stage {
  program!: Program
  browser!: Browser
  /** The step that failed: those after it build upon it. */
  failed = ''
  readonly #windows: Window[] = []

  async window(options?: BrowserContextOptions): Promise<Window> {
    const window = await openWindow(this.browser, this.program.address, options)
    this.#windows.push(window)
    return window
  }

  async page(options?: BrowserContextOptions): Promise<Page> {
    return (await this.window(options)).page
  }

  /** Pictures of all windows, to see what a failed step saw. */
  async photograph(name: string): Promise<string> {
    mkdirSync(evidence, { recursive: true })
    const said: string[] = []
    for (const [index, { page, takeComplaints }] of this.#windows.entries()) {
      if (page.isClosed()) continue
      const path = join(evidence, `${name.replaceAll(/\W+/g, '-')}-${index}.png`)
      await page.screenshot({ path }).catch(() => undefined)
      said.push(`${page.url()} (${path})`, ...takeComplaints())
    }
    return said.join('\n')
  }
}

/** Sets the stage for the steps of one file. */
export function stage(make: () => Promise<Program>): Stage {
  const it = new Stage()
  before(async () => {
    // One after the other: whatever fails, what was begun is known and is put away.
    it.browser = await openBrowser()
    it.program = await make()
  })
  after(async () => {
    await it.browser?.close()
    await it.program?.remove()
  })
  return it
}

/** One thing that must hold by itself. */
export function alone(on: Stage, name: string, body: () => Promise<void>): void {
  void test(name, async () => {
    try {
      await body()
    } catch (error) {
      const seen = await on.photograph(name)
      throw new Error(`${error instanceof Error ? error.message : String(error)}\n${seen}`, { cause: error })
    }
  })
}

/** One thing that must hold, after those before it: steps of a file build upon each other. */
export function step(on: Stage, name: string, body: () => Promise<void>): void {
  alone(on, name, async () => {
    if (on.failed) throw new Error(`not reached, since this failed: ${on.failed}`)
    on.failed = name
    await body()
    on.failed = ''
  })
}
