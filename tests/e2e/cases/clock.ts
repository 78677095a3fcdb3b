// A machine whose clock jumps ten years ahead: what comes of believing it is said before it is done, and afterwards why
// one has to sign in again.
import assert from 'node:assert/strict'
import { renameSync, writeFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { PHONE, WIDE } from '../core/browser.ts'
import { barriers, overflow, still } from '../core/look.ts'
import { Program } from '../core/program.ts'
import { EMAIL, settled } from '../core/spots.ts'
import { stage, step } from '../core/stage.ts'
import { gone, signIn, visible } from '../core/steps.ts'

const LIBRARY = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1'
const YEARS = 3653 * 86_400 // s

let clock = ''

function setClock(seconds: number): void {
  writeFileSync(`${clock}.new`, `+${seconds}\n`)
  renameSync(`${clock}.new`, clock)
}

/** The program with a clock of its own. */
async function clocked(): Promise<Program> {
  const program = await Program.demonstration()
  await program.stop()
  clock = `${program.data}.clock`
  setClock(0)
  program.environment = {
    LD_PRELOAD: LIBRARY,
    FAKETIME_TIMESTAMP_FILE: clock,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    FAKETIME_FORCE_MONOTONIC_FIX: '0', // else a wait by the monotonic clock ends at once
  }
  await program.start(false)
  return program
}

const on = stage(clocked)
let ida: Page

const dialog = () => ida.getByRole('dialog')
const state = async () => ((await (await ida.request.get('/api/v1/clock')).json()) as { state: string }).state

async function jump(): Promise<void> {
  setClock(YEARS)
  for (const end = Date.now() + 30_000; (await state()) !== 'held'; ) assert.ok(Date.now() < end, 'the jump is not noticed')
}

/** The year that the machine's clock shows. */
const year = new Date(Date.now() + YEARS * 1000).getUTCFullYear()

step(on, 'it is asked first: what the machine says, how far that is, and what comes of it', async () => {
  ida = await on.page()
  await signIn(ida, EMAIL.administrator)
  await jump()
  await ida.reload()
  await ida.getByRole('button', { name: 'The clock is right…' }).click()
  await visible(dialog())
  const text = await dialog().innerText()
  assert.match(text, /The machine’s clock says\s+\d+ \w+ \d{4}, /)
  assert.match(text, /Here it is\s+\d+ \w+ \d{4}, /)
  assert.match(text, /Apart\s+10 years/)
  assert.ok(text.includes(String(year)), text)
  assert.match(text, /ends at once/)
  assert.match(text, /you will sign in again/)
  assert.match(text, /cannot be taken back/)
  await visible(dialog().getByRole('button', { name: new RegExp(`^Go by \\d+ \\w+ ${year}$`) }))
})

step(on, 'Enter cancels, and so does Escape: nothing is believed, and the focus is back', async () => {
  const opener = ida.getByRole('button', { name: 'The clock is right…' })
  for (const key of ['Enter', 'Escape']) {
    await visible(dialog().getByRole('button', { name: 'Cancel' }).and(ida.locator(':focus')))
    await ida.keyboard.press(key)
    await gone(dialog())
    await visible(opener.and(ida.locator(':focus')))
    assert.equal(await state(), 'held')
    await ida.keyboard.press('Enter')
    await visible(dialog())
  }
  await ida.keyboard.press('Escape')
  await gone(dialog())
})

step(on, 'on a phone and in German all of it is in reach', async () => {
  await ida.setViewportSize(PHONE)
  await ida.evaluate(() => localStorage.setItem('merlon.language', 'de'))
  await ida.reload()
  await settled(ida)
  await still(ida)
  await ida.getByRole('button', { name: 'Die Uhr geht richtig…' }).click()
  await visible(dialog().getByText('10 Jahre'))
  assert.deepEqual(await overflow(ida), [])
  assert.deepEqual(await barriers(ida), [])
  await dialog().getByRole('button', { name: 'Abbrechen' }).click()
  await gone(dialog())
  await ida.evaluate(() => localStorage.setItem('merlon.language', 'en'))
})

step(on, 'believed by the keyboard, it counts, and the form says why one signs in again', async () => {
  await ida.reload()
  await ida.getByRole('button', { name: 'The clock is right…' }).press('Enter')
  await visible(dialog().getByRole('button', { name: 'Cancel' }).and(ida.locator(':focus')))
  await ida.keyboard.press('Tab')
  await ida.keyboard.press('Enter')
  await visible(ida.getByRole('status').filter({ hasText: 'sessions ended by it. Please sign in again.' }))
  await signInHere()
  assert.equal(await state(), 'right')
  assert.equal(await ida.getByRole('button', { name: 'The clock is right…' }).count(), 0)
})

async function signInHere(): Promise<void> {
  await ida.getByLabel('E-mail').fill(EMAIL.administrator)
  await ida.getByRole('textbox', { name: 'Password' }).fill('harbour lights at dawn')
  await ida.getByRole('button', { name: 'Sign in' }).click()
  await visible(ida.getByRole('banner'))
}

step(on, 'a session that ends by itself is told too; who comes fresh is told nothing', async () => {
  await ida.setViewportSize(WIDE)
  await ida.context().clearCookies()
  await ida.goto('/')
  await visible(ida.getByLabel('E-mail'))
  assert.equal(await ida.getByText('Please sign in again.').count(), 0)
  await signInHere()
  await visible(ida.getByRole('navigation').getByRole('link', { name: 'Risks', exact: true }))
  await ida.context().clearCookies()
  // Whatever is asked for next finds out; if that is home itself, the link is gone by now.
  await ida.evaluate(() => document.querySelector<HTMLElement>('nav a[href="/risk"]')?.click())
  await visible(ida.getByText('Your session has ended. Please sign in again.'))
})
