// The program under test, in a folder of its own, for as long as a test needs it.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export const binary = process.env.MERLON_BIN ?? join(import.meta.dirname, '../../../build/merlon')
export const PASSWORD = 'harbour lights at dawn'

export function makeDemonstration(): string {
  const data = join(mkdtempSync(join(tmpdir(), 'merlon-e2e-demo-')), 'data')
  execFileSync(binary, ['demo', '--data', data], { stdio: ['ignore', 'ignore', 'pipe'] })
  return data
}

export class Program {
  readonly #folder = mkdtempSync(join(tmpdir(), 'merlon-e2e-'))
  readonly data = join(this.#folder, 'data')
  readonly #log: string[] = []
  #child: ChildProcess | undefined
  #port = 0
  address = ''
  /** For the next start: variables, and more words of the command line. */
  environment: NodeJS.ProcessEnv = {}
  options: string[] = []
  /** The one-time link of the first start. */
  link = ''

  static async empty(): Promise<Program> {
    const program = new Program()
    await program.start(true)
    return program
  }

  /** What `merlon demo` made, once for all tests; each takes a copy. */
  static async demonstration(): Promise<Program> {
    const program = new Program()
    cpSync(process.env.MERLON_E2E_DEMO ?? '', program.data, { recursive: true })
    await program.start(false)
    return program
  }

  /** Resolves when the program answers; on an empty folder also the one-time link has been read. */
  async start(expectLink = false): Promise<void> {
    const listen = `127.0.0.1:${this.#port}`
    const child = spawn(binary, ['serve', ...(expectLink ? ['--new'] : []), '--data', this.data, '--listen', listen, ...this.options], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...this.environment },
    })
    this.#child = child
    createInterface({ input: child.stderr }).on('line', (line) => this.#log.push(line))
    await new Promise<void>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`the program ended with ${code}: ${this.#log.slice(-5).join('\n')}`)))
      createInterface({ input: child.stdout }).on('line', (line) => {
        this.address = /answers on (\S+)/.exec(line)?.[1] ?? this.address
        this.link = /(\S+\/start#\S+)/.exec(line)?.[1] ?? this.link
        if (this.address && (this.link || !expectLink)) resolve()
      })
    })
    this.#port = Number(new URL(this.address).port)
  }

  /** Ends the program in an orderly way; the data stays, and a new start answers at the same address. */
  async stop(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (!child || child.exitCode !== null) return
    child.removeAllListeners('exit')
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    await ended
  }

  async remove(): Promise<void> {
    await this.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
