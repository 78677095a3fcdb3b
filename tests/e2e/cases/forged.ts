// What somebody put into the database beside the running program: it is marked where it is listed, it has no proof, and
// the proof of a genuine entry is checked with what the page gives.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { Program, binary } from '../core/program.ts'
import { EMAIL, settled } from '../core/spots.ts'
import { stage, step } from '../core/stage.ts'
import { choose, gone, signIn, visible } from '../core/steps.ts'

const on = stage(Program.demonstration)
const AUDITOR = 'bruno.costa@tidewell.example'
let bruno: Page
let forged = 0

function sqlite(...statements: string[]): string {
  return execFileSync('sqlite3', ['-cmd', '.timeout 10000', join(on.program.data, 'merlon.db'), ...statements], { encoding: 'utf8' }).trim()
}

step(on, 'a genuine proof is checked on another machine with the three files that its dialog gives', async () => {
  bruno = await on.page()
  await signIn(bruno, AUDITOR, undefined, '/risk/RSK-1?tab=history')
  await bruno.getByRole('button', { name: /^Proof of entry \d+$/ }).first().click()
  const dialog = bruno.getByRole('dialog')
  const command = dialog.getByText(/^merlon proof entry-\d+\.tlog-proof --policy merlon\.policy --content proof-\d+\.json$/)
  await visible(command)
  const folder = mkdtempSync(join(tmpdir(), 'merlon-e2e-proof-'))
  const links = dialog.getByRole('link')
  assert.equal(await links.count(), 3)
  for (const link of await links.all()) {
    const [download] = await Promise.all([bruno.waitForEvent('download'), link.click()])
    assert.equal(download.suggestedFilename(), await link.textContent())
    await download.saveAs(join(folder, download.suggestedFilename()))
  }
  const words = ((await command.textContent()) ?? '').split(' ').slice(1)
  assert.match(execFileSync(binary, words, { cwd: folder, encoding: 'utf8' }), /Its content is what was given/)
  await bruno.keyboard.press('Escape')
})

step(on, 'an entry that the program did not write is marked in the history and on the ledger page', async () => {
  sqlite(`INSERT INTO ledger_entry (id, at, actor, action, subject, record, version, state_size, content_hash)
    SELECT max(id) + 1, max(at) - 86400000, 2, 'update', 'risk', 1, 9, 0, NULL FROM ledger_entry;
    INSERT INTO ledger_pending SELECT max(id), zeroblob(32) FROM ledger_entry`)
  forged = Number(sqlite('SELECT max(id) FROM ledger_entry'))
  await bruno.reload()
  const items = bruno.locator('.mantine-Timeline-item')
  await visible(items.filter({ hasText: `ledger entry ${forged}` }).getByText('Not written by Merlon'))
  assert.equal(await items.filter({ hasText: `ledger entry ${forged - 1}` }).getByText('Not written by Merlon').count(), 0)
  assert.equal(await bruno.getByText('Not written by Merlon').count(), 1)
})

step(on, 'what was taken away is said to be missing and not purged, and the alarm leads to the guide', async () => {
  const page = await on.page()
  await signIn(page, EMAIL.administrator, undefined, '/risk/RSK-3?tab=history')
  const items = page.locator('.mantine-Timeline-item')
  await visible(items.first())
  const gone = sqlite(`SELECT id FROM ledger_entry WHERE subject = 'risk' AND record = 3 AND version = 2`)
  sqlite(`DELETE FROM ledger_state WHERE entry = ${gone}`)
  await page.reload()
  const item = items.filter({ hasText: `ledger entry ${gone}` })
  await visible(item.getByText('What it said is missing: nobody purged it'))
  await visible(item.getByText('Not written by Merlon'))
  assert.equal(await page.getByText('removed for privacy').count(), 0)
  const after = items.filter({ hasText: 'What was before this is missing' })
  assert.equal(await after.count(), 1)
  assert.equal(await after.locator('.change').count(), 0)
  const row = page.locator('tr.row').filter({ hasText: `What entry ${gone} of the ledger says was changed or removed` })
  await page.goto('/security-events?kind=alarm')
  await visible(row.getByRole('link', { name: 'docs/running.md, “Alarms”' }))
  await page.close()
})

step(on, 'its proof is refused at once, for good, and nothing is offered', async () => {
  let asked = 0
  bruno.on('request', (request) => (asked += Number(request.url().includes(`/ledger/proof/${forged}`))))
  await bruno.getByRole('button', { name: `Proof of entry ${forged}`, exact: true }).click()
  const dialog = bruno.getByRole('dialog')
  await visible(dialog.getByText(`Entry ${forged} was not written by this program, or was changed since`))
  await visible(dialog.getByRole('heading', { name: 'There is no proof of this entry' }))
  assert.equal(await dialog.getByRole('link').count(), 0)
  assert.equal(await dialog.getByRole('button', { name: 'Try again' }).count(), 0)
  assert.equal(asked, 1)
  await bruno.keyboard.press('Escape')
  await gone(dialog)
  await bruno.goto(`/assurance?entry=${forged}`)
  await visible(bruno.locator('tr[aria-current=true]').getByText('Not written by Merlon'))
})

step(on, 'its mark is whole at every width, and nothing else lies under it', async () => {
  const mark = bruno.locator('tr[aria-current=true] .ledger-number .tone')
  for (const width of [1440, 1024, 820, 390]) {
    await bruno.setViewportSize({ width, height: 900 })
    await settled(bruno)
    await visible(mark)
    const cut = await mark.evaluate((tone) => {
      const [text, cell] = [tone.querySelector('.clip'), tone.closest('td')]
      if (!text || !cell) return 'it is not there'
      const [own, around] = [tone.getBoundingClientRect(), cell.getBoundingClientRect()]
      return text.scrollWidth > text.clientWidth || own.right > around.right + 1 ? `${own.right} in ${around.right}` : ''
    })
    assert.equal(cut, '', `at ${width}`)
  }
  await bruno.setViewportSize({ width: 1440, height: 900 })
})

step(on, 'what the page says of the operator’s guide leads there', async () => {
  await bruno.getByRole('link', { name: 'docs/running.md, “Alarms”' }).click()
  await bruno.waitForURL('**/guide#alarms')
  await visible(bruno.getByRole('heading', { name: 'Alarms', exact: true }))
  await visible(bruno.getByText('the ledger is an older copy, or its newest entries were cut off with the heads'))
  await bruno.goBack()
})

step(on, 'the ledger page gives the policy for its own key', async () => {
  const link = bruno.getByRole('link', { name: 'Download merlon.policy' })
  const [download] = await Promise.all([bruno.waitForEvent('download'), link.click()])
  assert.equal(download.suggestedFilename(), 'merlon.policy')
  await visible(bruno.getByText(/^log merlon\/\S+\nquorum none$/))
})

step(on, 'a reader of German reads the alarm in German', async () => {
  await bruno.evaluate(() => localStorage.setItem('merlon.language', 'de'))
  await bruno.goto('/assurance')
  const alarm = bruno.locator('.ledger-sentence')
  await visible(alarm)
  assert.equal(
    await alarm.textContent(),
    `Journaleintrag ${forged} wartet auf sein Siegel und bekommt es nicht, weil er nicht von diesem Programm geschrieben oder seitdem verändert wurde. Bitte merlon verify ausführen.`,
  )
})

step(on, 'beside an alarm, what has no seal is not said to await one', async () => {
  await visible(bruno.getByText('Journaleinträge ohne Siegel sind in der Liste unten gekennzeichnet.'))
  assert.equal(await bruno.getByText('noch nicht versiegelt').count(), 0)
})

step(on, 'an alarm on a record is told to the auditor on every page, and who met it did not cause it', async () => {
  const marta = await on.page()
  await signIn(marta, EMAIL.manager)
  sqlite(`DROP TRIGGER IF EXISTS "risk_no_UPDATE"; UPDATE risk SET title = 'Nothing to see' WHERE id = 1`)
  // Whoever goes on from the record is refused.
  const status = await marta.evaluate(async () => {
    const { csrf } = (await (await fetch('/api/v1/session')).json()) as { csrf: string }
    const { version } = (await (await fetch('/api/v1/risk/1')).json()) as { version: number }
    const headers = { 'content-type': 'application/json', 'x-csrf-token': csrf, 'if-match': `"${version}"` }
    return (await fetch('/api/v1/risk/1', { method: 'PATCH', headers, body: JSON.stringify({ description: 'Anew' }) })).status
  })
  assert.equal(status, 409)
  await bruno.goto('/risk')
  const banner = bruno.getByRole('status').filter({ hasText: /^\d+ Alarme? seit .* in den Sicherheitsereignissen/ })
  await banner.getByRole('link', { name: 'Zeigen' }).click()
  await bruno.waitForURL(/\/security-events\?kind=alarm&from=\d{4}-\d\d-\d\d$/)
  const row = bruno.locator('tr.row').first()
  await visible(row.getByText('bemerkt, als Marta Nowak danach fragte'))
  await visible(row.getByText('RSK-1 ist nicht, was das Journal sagt: Das Feld'))
  await visible(row.getByText('Zuerst das Datenverzeichnis oder die Datenbank kopieren, dann merlon verify ausführen. Was er bedeutet'))
  await bruno.goto('/risk')
  await banner.getByRole('button', { name: 'Ausblenden, bis ein neuer kommt' }).click()
  await gone(banner)
  await bruno.reload()
  await visible(bruno.getByRole('heading', { level: 1 }))
  await bruno.goto('/assurance')
  await visible(bruno.getByRole('link', { name: /^\d+ Alarme? seit/ }))
  // What is to be done differs by what each is about, and stands beside each.
  await visible(bruno.getByText('Was zu tun ist, steht jeweils daneben.'))
  assert.equal(await bruno.getByText('merlon user restore').count(), 0)
  assert.equal(await bruno.getByText('kopieren, dann merlon verify').count(), 0)
})

step(on, 'who may not read security events is told so, and offered nothing', async () => {
  const marta = await on.page()
  await signIn(marta, EMAIL.manager, undefined, '/security-events')
  await visible(marta.getByText('Your roles do not let you read security events.'))
  assert.equal(await marta.locator('.event-filters').count(), 0)
  assert.equal(await marta.getByRole('button', { name: /^(Export|Try again)$/ }).count(), 0)
})

step(on, 'a chosen kind moves nothing, and an address filters when it is written', async () => {
  await bruno.evaluate(() => localStorage.setItem('merlon.language', 'en'))
  await bruno.goto('/security-events')
  const table = bruno.locator('table.list')
  await visible(table)
  const before = await bruno.locator('.event-filters').boundingBox()
  await choose(bruno, 'Kind of event', 'Alarm')
  await bruno.waitForURL(/kind=alarm/)
  assert.deepEqual(await bruno.locator('.event-filters').boundingBox(), before)
  await bruno.goto('/security-events')
  await bruno.getByRole('textbox', { name: 'Network address' }).fill('127.0.0.9')
  await bruno.waitForURL(/address=127\.0\.0\.9$/)
  await visible(bruno.getByText('No such events'))
})

step(on, 'an alarm on a user names him as the ledger does, with the address that the restoring wants', async () => {
  const id = sqlite(`SELECT id FROM user WHERE email = '${EMAIL.manager}'`)
  const marta = await on.page()
  await signIn(marta, EMAIL.manager, undefined, '/risk')
  sqlite(`UPDATE user SET name = 'Ida Lindqvist', email = 'x@example.org' WHERE id = ${id}`)
  await marta.reload()
  const ida = await on.page()
  await signIn(ida, EMAIL.administrator, undefined, '/security-events?kind=alarm')
  const row = ida.locator('tr.row').filter({ hasText: `User ${id}` }).first()
  await visible(row.getByRole('link', { name: `User ${id}, Marta Nowak, ${EMAIL.manager}`, exact: true }))
  await visible(row.getByText(`merlon user restore --email ${EMAIL.manager} puts the user back.`))
})
