// Chromium, and windows in it that remember what went wrong: errors in the console and violations of the content policy.
import { createRequire } from 'node:module'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A page that is left and another that is opened are one program's: a process for each costs a third of all the time.
  '--disable-site-isolation-trials',
  '--renderer-process-limit=1',
]

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

export const WIDE = { width: 1440, height: 900 }
export const PHONE = { width: 390, height: 844 }

/** So many times slower than this machine is, to see that nothing rests on its speed. */
const SLOWER = Number(process.env.MERLON_E2E_SLOWER ?? 1)
/** Long enough for a busy machine; what is expected is asked for until it is there, never slept for. */
const PATIENCE = 30_000 * SLOWER

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env.MERLON_CHROMIUM ?? '/usr/bin/chromium-headless-shell', args: ARGUMENTS })
}

export interface Window {
  page: Page
  /** What the browser complained of since it was last taken. */
  takeComplaints: () => string[]
}

/** A window of its own: cookies, storage and language of nobody else. */
export async function openWindow(browser: Browser, address: string, options: BrowserContextOptions = {}): Promise<Window> {
  const context = await browser.newContext({
    baseURL: address,
    viewport: WIDE,
    locale: 'en-GB',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
    ...options,
  })
  context.setDefaultTimeout(PATIENCE)
  // What is sent to the page is compiled by tsx first, which puts calls of its own helper into it.
  await context.addInitScript('globalThis.__name = (value) => value')
  // For core/look.ts. It is large: the browser keeps it, where handing it over with each question costs half a second.
  await context.addInitScript({ path: AXE })
  const page = await context.newPage()
  if (SLOWER > 1) await (await context.newCDPSession(page)).send('Emulation.setCPUThrottlingRate', { rate: SLOWER })
  let complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() !== 'error') return
    const { url } = message.location()
    // Asking who one is, while being nobody, is how the door finds out that it has to be shown.
    if (url.endsWith('/api/v1/session') && message.text().includes('401')) return
    complaints.push(`console: ${message.text()} ${url}`)
  })
  const takeComplaints = () => {
    const taken = complaints
    complaints = []
    return taken
  }
  return { page, takeComplaints }
}
