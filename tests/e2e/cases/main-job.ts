// The main job, by a newcomer, from the one-time link of the first start to the approved statement as a PDF.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { Program } from '../core/program.ts'
import { stage, step } from '../core/stage.ts'
import { begin, choose, gone, refused, signIn, stored, takeStep, visible } from '../core/steps.ts'

const ADA = { email: 'ada@example.org', password: 'a quiet harbour at noon' }
const BO = { name: 'Bo Chief', email: 'bo@example.org', password: 'the second pair of eyes' }
const ASSETS = `title,kind,confidentiality,integrity,availability
Customer portal,software,4,4,5
Payroll data,information,5,4,3
"Server room, Harbour Street",site,3,3,5
File server,hardwear,4,4,4
Order process,process,3,4,4
`

const on = stage(Program.empty)
let ada: Page
let bo: Page

step(on, 'the one-time link makes the organisation and its administrator', async () => {
  ada = await on.page()
  await begin(ada, on.program.link, ADA.email, ADA.password)
  await visible(ada.getByRole('heading', { name: 'The way to a Statement of Applicability' }))
})

step(on, 'a second user is made in the settings, with a role', async () => {
  await ada.getByRole('button', { name: /Menu of/ }).click()
  await ada.getByRole('menuitem', { name: 'Settings' }).click()
  await ada.getByRole('tab', { name: 'Users' }).click()
  await ada.getByRole('button', { name: 'New user' }).click()
  const dialog = ada.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Name' }).fill(BO.name)
  await dialog.getByRole('textbox', { name: 'E-mail address' }).fill(BO.email)
  await dialog.getByRole('textbox', { name: 'Password' }).fill(BO.password)
  await dialog.getByRole('button', { name: 'Add a role' }).click()
  await choose(dialog, 'Role', 'Top management')
  await choose(dialog, 'At which unit', /Harbour Works/)
  await dialog.getByRole('button', { name: 'Save' }).click()
  await gone(dialog)
  await visible(ada.getByRole('row', { name: /Bo Chief.*Top management/ }))
})

step(on, 'the method is approved by the second person', async () => {
  await ada.goto('/methodology/new')
  await ada.getByLabel('Title').fill('Our method')
  await ada.getByRole('button', { name: 'Create' }).click()
  await visible(ada.getByRole('heading', { name: 'Our method' }))
  bo = await on.page()
  await signIn(bo, BO.email, BO.password)
  await bo.goto('/methodology/MET-1')
  await takeStep(bo, 'Approve')
  await visible(bo.getByRole('main').getByText('Approved', { exact: true }).first())
})

step(on, 'assets come in by CSV, and the dry run names the row that would be refused', async () => {
  await ada.goto('/asset')
  await ada.getByRole('link', { name: 'Import' }).first().click()
  await ada.locator('input[type=file]').setInputFiles({ name: 'assets.csv', mimeType: 'text/csv', buffer: Buffer.from(ASSETS) })
  await visible(ada.getByRole('row', { name: /Refused/ }))
  assert.equal(await ada.getByRole('row', { name: /Created/ }).count(), 4)
  await ada.getByRole('button', { name: 'Import 4 good rows' }).click()
  await ada.getByRole('link', { name: 'See the list' }).click()
  await visible(ada.getByRole('link', { name: 'Server room, Harbour Street' }))
  await visible(ada.getByText('4 records'))
})

step(on, 'an assessment begins with the approved method', async () => {
  await ada.goto('/risk_assessment/new')
  await ada.getByLabel('Title').fill('First round')
  await choose(ada, 'Methodology', /Our method/)
  await ada.getByRole('button', { name: 'Create' }).click()
  await visible(ada.getByRole('heading', { name: 'First round' }))
})

step(on, 'a risk is rated in its form, and the level follows', async () => {
  await ada.goto('/risk/new')
  await ada.getByLabel('Title').fill('Customer data leaks through the portal')
  await choose(ada, 'Risk assessment', /First round/)
  await choose(ada, 'Assets', /Customer portal/)
  const rating = ada.getByRole('group', { name: 'Current rating' })
  await choose(rating, 'Current likelihood', /4 · Likely/)
  await choose(rating, 'Financial', /^4/)
  await ada.getByRole('button', { name: 'Create' }).click()
  await visible(ada.getByRole('heading', { name: 'Customer data leaks through the portal' }))
  await visible(ada.locator('.rating').filter({ hasText: 'Current' }).getByText('High'))
})

step(on, 'the risk is rated again on the matrix', async () => {
  await ada.goto('/risk-matrix')
  await ada.getByRole('button', { name: /RSK-1 .*: rate again/ }).click()
  const dialog = ada.getByRole('dialog')
  await choose(dialog, 'Current likelihood', /5 · Almost certain/)
  await dialog.getByRole('textbox', { name: 'Reason for the current rating' }).fill('Two attempts in the last month.')
  await visible(dialog.getByText('Very high'))
  await dialog.getByRole('button', { name: 'Save' }).click()
  await gone(dialog)
  await visible(ada.getByRole('row', { name: /Almost certain/ }).getByRole('button', { name: /RSK-1/ }))
  await ada.getByRole('button', { name: /RSK-1/ }).dragTo(ada.getByRole('row', { name: /Unlikely/ }).getByRole('cell').nth(1))
  await visible(dialog)
  await visible(dialog.getByText('Low'))
  await dialog.getByRole('button', { name: 'Cancel' }).click()
})

step(on, 'ISO/IEC 27001 is loaded, and a control is chosen for a requirement', async () => {
  await ada.goto('/requirements')
  await ada.getByRole('button', { name: 'Load a framework' }).click()
  await ada.getByRole('menuitem', { name: /27001/ }).click()
  await ada.getByLabel('Search this list').fill('A.5.1 ')
  await ada.getByRole('treeitem', { name: /^A\.5\.1 / }).click()
  await ada.getByRole('link', { name: 'New: Control' }).click()
  await ada.getByLabel('Title').fill('Policies are written, approved and known')
  await ada.getByRole('button', { name: 'Create' }).click()
  await visible(ada.getByRole('heading', { name: 'Policies are written, approved and known' }))
  await takeStep(ada, 'Plan')
  await ada.goto('/requirements')
  await ada.getByLabel('Search this list').fill('A.8.34')
  await ada.getByRole('treeitem', { name: /A\.8\.34/ }).click()
  const panel = ada.getByRole('complementary', { name: 'A.8.34' })
  await choose(panel, 'Link an existing control', /Policies are written/)
  await panel.getByRole('button', { name: 'Add' }).click()
  await visible(panel.getByRole('link', { name: 'Policies are written, approved and known' }))
})

step(on, 'the risk cites the control', async () => {
  await ada.goto('/risk/RSK-1')
  await ada.getByRole('button', { name: 'Edit' }).click()
  await choose(ada, 'Controls', /Policies are written/)
  await ada.getByRole('button', { name: 'Save' }).click()
  await visible(ada.getByRole('main').getByRole('link', { name: 'Policies are written, approved and known' }))
})

step(on, 'a Statement of Applicability begins with a line for each control of the list', async () => {
  await ada.goto('/soa/new')
  await ada.getByLabel('Title').fill('Statement of Harbour Works')
  await choose(ada, 'Framework', /27001/)
  await ada.getByRole('button', { name: 'Create' }).click()
  await visible(ada.getByRole('heading', { name: 'Statement of Harbour Works' }))
  await visible(ada.getByText('93 lines still need a reason'))
  await refused(ada, 'Submit for review', /93 lines have no reason yet/)
})

step(on, 'lines are given reasons in place: a risk, good practice, or an exclusion with its justification', async () => {
  const first = ada.getByRole('row', { name: /A\.5\.1 / })
  await visible(first.getByText('Planned'))
  await first.getByRole('button', { name: /Add a reason/ }).click()
  await ada.getByRole('option', { name: /RSK-1/ }).click()
  await ada.getByRole('button', { name: 'Report', exact: true }).focus()
  await visible(first.getByRole('link', { name: 'RSK-1' }))
  await stored(ada, () => ada.getByRole('checkbox', { name: /^Good practice: A\.5\.2 / }).click())
  await ada.getByRole('switch', { name: /^Applicable: A\.8\.30 / }).click()
  await ada.getByRole('textbox', { name: /^Justification: A\.8\.30 / }).fill('Nothing is developed outside the house.')
  await ada.keyboard.press('Enter')
  await visible(ada.getByText('90 lines still need a reason'))
})

step(on, 'the rest are given good practice in one go', async () => {
  await ada.goto('/soa_line?open=1')
  await visible(ada.getByText('90 records'))
  await ada.getByRole('checkbox', { name: 'Select all shown' }).check()
  await ada.getByRole('button', { name: 'Change a field…' }).click()
  const dialog = ada.getByRole('dialog')
  await choose(dialog, 'Which field', 'Good practice')
  await dialog.getByRole('checkbox', { name: 'Good practice' }).check()
  await dialog.getByRole('button', { name: 'Change them' }).click()
  await gone(dialog)
  await visible(ada.getByText('Nothing matches'))
})

let before = ''

step(on, 'who submitted may not approve, and is told why', async () => {
  await ada.goto('/soa/SOA-1')
  await takeStep(ada, 'Submit for review')
  await refused(ada, 'Approve', /you wrote it/)
  before = new Date().toISOString()
})

step(on, 'the second person finds it in their work and approves', async () => {
  await bo.goto('/work')
  await bo.getByRole('link', { name: 'Statement of Harbour Works' }).click()
  await takeStep(bo, 'Approve')
  await visible(bo.getByText('Approved', { exact: true }).first())
  await bo.getByRole('tab', { name: 'Versions' }).click()
  await visible(bo.getByRole('row', { name: /version 1.*Signed/ }))
})

step(on, 'the statement is downloaded as a PDF with every control of the list', async () => {
  await bo.getByRole('button', { name: 'Report', exact: true }).click()
  const coming = bo.waitForEvent('download')
  await bo.getByRole('menuitem', { name: 'PDF' }).click()
  const path = await (await coming).path()
  assert.equal(readFileSync(path).subarray(0, 5).toString('latin1'), '%PDF-')
  const text = execFileSync('pdftotext', ['-layout', path, '-'], { encoding: 'utf8' })
  for (const control of ['A.5.1', 'A.8.34', 'Nothing is developed outside', 'RSK-1']) {
    assert.ok(text.includes(control), `${control} is missing in the PDF`)
  }
})

step(on, 'a later version is compared with the one before it', async () => {
  await ada.reload()
  await stored(ada, () => ada.getByRole('switch', { name: /^Applicable: A\.8\.30 / }).click())
  await stored(ada, () => ada.getByRole('checkbox', { name: /^Good practice: A\.8\.30 / }).click())
  await takeStep(ada, 'Submit for review')
  await bo.reload()
  await takeStep(bo, 'Approve')
  await visible(bo.getByRole('row', { name: /version 2/ }))
  const difference = bo.getByRole('article').filter({ hasText: 'A.8.30' })
  await visible(difference.getByText('Applicable'))
  assert.equal(await bo.getByRole('article').count(), 1)
})

step(on, 'everything can be seen as it was, and nothing can be changed there', async () => {
  await bo.goto(`/soa/SOA-1?as_of=${encodeURIComponent(before)}`)
  await visible(bo.getByRole('status').filter({ hasText: 'You see everything as it was' }))
  await visible(bo.getByText('In review', { exact: true }).first())
  assert.equal(await bo.getByRole('switch', { name: /^Applicable: A\.8\.30 / }).isChecked(), false)
  assert.ok(await bo.getByRole('switch', { name: /^Applicable: A\.8\.30 / }).isDisabled())
  assert.equal(await bo.getByRole('button', { name: 'Edit', exact: true }).count(), 0)
  await bo.getByRole('link', { name: 'Risks', exact: true }).click()
  await visible(bo.getByRole('row', { name: /RSK-1/ }))
  assert.equal(await bo.getByRole('link', { name: /^New/ }).count(), 0)
  await bo.getByRole('button', { name: 'Back to today' }).click()
  await gone(bo.getByText('You see everything as it was'))
})
