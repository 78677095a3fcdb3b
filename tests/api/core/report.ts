// Counting. A case is one thing that must hold; when one fails the others go on, and the end names every failure once.
import { isDeepStrictEqual } from 'node:util'

export class Failure extends Error {}

interface Failed {
  name: string
  message: string
}

let passed = 0
const failed: Failed[] = []
const skipped: string[] = []
const took: [number, string][] = []
const onlyMatching = process.env.MERLON_CASES ?? ''

/** Runs one case. MERLON_CASES=text runs only those whose name holds the text. */
export async function check(name: string, body: () => unknown | Promise<unknown>): Promise<void> {
  if (onlyMatching && !name.includes(onlyMatching)) return
  const began = performance.now()
  try {
    await body()
    passed++
  } catch (error) {
    const message = error instanceof Failure ? error.message : String(error instanceof Error ? error.stack : error)
    failed.push({ name, message })
  }
  took.push([performance.now() - began, name])
}

export function skip(name: string, why: string): void {
  skipped.push(`${name}, ${why}`)
}

export function fail(message: string): never {
  throw new Failure(message)
}

export function ok(condition: unknown, message: string): asserts condition {
  if (!condition) fail(message)
}

export function show(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
  return text.length > 600 ? `${text.slice(0, 600)}… (${text.length} characters)` : text
}

export function equal(actual: unknown, expected: unknown, what: string): void {
  if (!isDeepStrictEqual(actual, expected)) fail(`${what}: expected ${show(expected)}, got ${show(actual)}`)
}

/** Prints what failed and was skipped, and the line that closes every part of the tests. */
export function close(): number {
  for (const one of failed.slice(0, 60)) console.log(`FAILED ${one.name}\n       ${one.message.replaceAll('\n', '\n       ')}`)
  if (failed.length > 60) console.log(`... and ${failed.length - 60} more`)
  if (process.env.MERLON_SLOWEST)
    for (const [ms, name] of took.sort((a, b) => b[0] - a[0]).slice(0, Number(process.env.MERLON_SLOWEST))) console.log(`${ms.toFixed(0)} ms ${name}`)
  for (const name of skipped) console.log(`skipped: ${name}`)
  const tail = skipped.length ? `, ${skipped.length} skipped` : ''
  console.log(`${passed} passed, ${failed.length} failed${tail}`)
  return failed.length
}

export function counts(): { passed: number; failed: number } {
  return { passed, failed: failed.length }
}
