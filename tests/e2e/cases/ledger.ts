// The ledger: from a record's history to its entry and its proof, an entry by its number, and how the sealing stands.
import assert from 'node:assert/strict'
import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { clipped } from '../core/look.ts'
import { Program } from '../core/program.ts'
import { EMAIL, settled } from '../core/spots.ts'
import { stage, step } from '../core/stage.ts'
import { gone, signIn, visible } from '../core/steps.ts'

const on = stage(Program.demonstration)
let marta: Page

/** The status of the answer. */
function post(path: string, body: object): Promise<number> {
  return marta.evaluate(async ([path, body]) => {
    const { csrf } = (await (await fetch('/api/v1/session')).json()) as { csrf: string }
    const headers = { 'content-type': 'application/json', 'x-csrf-token': csrf }
    return (await fetch(`/api/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).status
  }, [path, body] as const)
}

const comment = (text: string) => post('comment', { subject: 'RSK-1', text })

const current = () => marta.locator('tr[aria-current=true]')

step(on, 'a history leads to the entry in the ledger, and to its proof', async () => {
  marta = await on.page()
  await signIn(marta, EMAIL.manager, undefined, '/risk/RSK-1?tab=history')
  const link = marta.getByRole('link', { name: /^ledger entry \d+$/ }).first()
  const entry = /\d+/.exec((await link.textContent()) ?? '')?.[0] ?? ''
  await marta.getByRole('button', { name: `Proof of entry ${entry}`, exact: true }).click()
  await visible(marta.getByRole('dialog').getByText(`"entry": ${entry},`))
  await marta.keyboard.press('Escape')
  await link.click()
  await marta.waitForURL(`**/assurance?entry=${entry}`)
  await visible(current().getByText(entry, { exact: true }))
  await visible(current().getByText('RSK-1'))
})

step(on, 'an entry is found by its number', async () => {
  await marta.goto('/assurance')
  await marta.getByRole('textbox', { name: 'Number of an entry' }).fill('40')
  await marta.keyboard.press('Enter')
  await visible(current().getByRole('button', { name: 'Show 40', exact: true }))
  assert.match(new URL(marta.url()).search, /^\?entry=40$/)
  await marta.getByRole('textbox', { name: 'Number of an entry' }).fill('99999999')
  await marta.getByRole('button', { name: 'Go to entry' }).click()
  await visible(marta.getByText('The ledger has no entry 99999999; these are the ones nearest to it.'))
  await marta.getByRole('button', { name: 'Show the newest' }).click()
  await marta.waitForURL('**/assurance')
  assert.equal(await current().count(), 0)
})

step(on, 'it says that nothing awaits its seal and that there is no witness, and gives the newest head as a file', async () => {
  await visible(marta.getByText('No entry awaits its seal'))
  await visible(marta.getByText(/^Nobody: no head is sent anywhere\./))
  const link = marta.getByRole('link', { name: 'Download newest head' })
  const [download] = await Promise.all([marta.waitForEvent('download'), link.click()])
  const note = readFileSync(await download.path(), 'utf8')
  const size = /^checkpoint-(\d+)\.txt$/.exec(download.suggestedFilename())?.[1]
  assert.match(note, /^merlon\/[0-9a-f]{16}\n\d+\n\S{44}\nmerlon-after \d+\nmerlon-time \d+\n\n— merlon\/\S+ \S+\n$/u)
  assert.equal(note.split('\n')[1], size)
})

step(on, 'it promises no more than is true', async () => {
  const text = await marta.locator('main').innerText()
  assert.match(text, /could still change an entry, but not unseen/)
  assert.doesNotMatch(text, /never changed|itself refuses/)
})

step(on, 'a line shows plain words of what is formatted', async () => {
  assert.equal(await comment('Only **two** of `three`'), 201)
  await marta.reload()
  await visible(marta.getByRole('link', { name: /^CMT-\d+ Only two of three$/ }).first())
})

step(on, 'where the newest entries are not the reader’s to see, older ones are shown without a click', async () => {
  for (let i = 0; i < 60; i++)
    assert.equal(await post('saved_view', { title: `Mine ${i}`, register: 'risk', query: 'sort=-id' }), 201)
  const tomas = await on.page()
  await signIn(tomas, 'tomas.keller@tidewell.example', undefined, '/assurance')
  await visible(tomas.getByRole('button', { name: /^Show \d+$/ }).nth(9))
  await visible(tomas.locator('tr.row').first().getByText('not yours to see'))
})

step(on, 'a chosen tab is in sight on a phone, and a tooltip goes when what its button opens is there', async () => {
  const phone = await on.page({ viewport: { width: 390, height: 844 } })
  await signIn(phone, EMAIL.manager, undefined, '/risk/RSK-1?tab=history')
  await settled(phone)
  const tab = phone.getByRole('tab', { selected: true })
  await visible(tab)
  await phone.waitForFunction(() => {
    const chosen = document.querySelector('[role=tab][aria-selected=true]')?.getBoundingClientRect()
    return chosen !== undefined && chosen.left >= 0 && chosen.right <= document.documentElement.clientWidth
  })
  const button = marta.locator('header button:has(.tabler-icon-calendar-time)')
  await button.hover()
  await visible(marta.getByRole('tooltip'))
  await button.click()
  await visible(marta.locator('.mantine-Popover-dropdown'))
  await gone(marta.getByRole('tooltip'))
  assert.equal(await button.getAttribute('aria-expanded'), 'true')
  await marta.keyboard.press('Escape')
})

step(on, 'between a phone and a wide window no column is cut off, in both languages', async () => {
  const ida = await on.page({ viewport: { width: 820, height: 1180 } })
  for (const email of ['stranger@example.org', EMAIL.manager]) {
    const request = { data: { email, password: 'not a password here' }, headers: { origin: on.program.address } }
    assert.equal((await ida.request.post('/api/v1/session', request)).status(), 401)
  }
  await signIn(ida, EMAIL.administrator)
  assert.equal((await ida.request.get('/api/v1/risk/1/nothing/here')).status(), 404)
  for (const language of ['de', 'en']) {
    await ida.evaluate((wanted) => localStorage.setItem('merlon.language', wanted), language)
    for (const path of ['/assurance', '/security-events']) {
      await ida.goto(path)
      await settled(ida)
      await visible(ida.locator('tr.row').first())
      assert.deepEqual(await clipped(ida), [], `${path}, ${language}`)
    }
  }
})

step(on, 'an alarm of the ledger is told to who administers on every page, and leads to its sentence', async () => {
  const database = join(on.program.data, 'merlon.db')
  await on.program.stop()
  cpSync(database, `${database}.older`)
  await on.program.start()
  assert.equal(await comment('Written, sealed, and lost with an older copy'), 201)
  await marta.reload()
  await visible(marta.getByRole('button', { name: /^Show \d+$/ }).first())
  await on.program.stop()
  cpSync(`${database}.older`, database)
  await on.program.start()
  const ida = await on.page()
  await signIn(ida, EMAIL.administrator)
  await ida.getByRole('status').filter({ hasText: 'The ledger' }).getByRole('link', { name: 'What is wrong' }).click()
  await ida.waitForURL('**/assurance')
  await visible(ida.locator('.ledger-sentence'))
  assert.equal(await ida.getByRole('link', { name: 'What is wrong' }).count(), 0)
  assert.equal(await marta.getByRole('link', { name: 'What is wrong' }).count(), 0)
})
