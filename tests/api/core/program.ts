// The program under test: started in a folder of its own, on a database of its own, and stopped at the end.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export const binary = process.env.MERLON_BIN ?? join(import.meta.dirname, '../../../build/merlon')
export const cluster = process.env.MERLON_TEST_DATABASE ?? ''
export const databaseKind = cluster ? 'PostgreSQL' : 'SQLite'

// Where the program was built with sanitizers, these tell of what is ours.
const environment = { ...process.env, LSAN_OPTIONS: `suppressions=${join(import.meta.dirname, '../leaks.supp')}:print_suppressions=0` }

const running = new Set<Program>()

/** A name for the database beside the one that the cluster was given to us with. */
function createDatabase(name: string): string {
  const url = new URL(cluster)
  execFileSync('psql', ['-q', '-v', 'ON_ERROR_STOP=1', '-c', `CREATE DATABASE ${name}`, cluster], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  url.pathname = `/${name}`
  return url.toString()
}

export class Program {
  readonly data = mkdtempSync(join(tmpdir(), 'merlon-api-'))
  address = ''
  startToken = ''
  database = ''
  log: string[] = []
  /** What its environment holds beside ours. */
  environment: Record<string, string | undefined> = {}
  command = 'serve'
  options: string[] = []
  port = 0
  #child: ChildProcess | undefined

  constructor(name: string) {
    if (cluster) this.database = createDatabase(`${name}_${process.pid}`)
  }

  /** The options that say where the data is. */
  get where(): string[] {
    return ['--data', this.data, ...(this.database ? ['--database', this.database] : [])]
  }

  /** Resolves when the program answers; with a new database also the one-time link has been read. */
  async start(expectLink = true, options: string[] = []): Promise<void> {
    const child = spawn(binary, [this.command, ...(expectLink ? ['--new'] : []), ...this.where, '--listen', `127.0.0.1:${this.port}`, ...this.options, ...options], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...environment, ...this.environment } })
    this.#child = child
    running.add(this)
    createInterface({ input: child.stderr! }).on('line', (line) => this.log.push(line))
    await new Promise<void>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`the program ended with ${code}: ${this.log.slice(-5).join('\n')}`)))
      createInterface({ input: child.stdout! }).on('line', (line) => {
        this.address = /answers on (\S+)/.exec(line)?.[1] ?? this.address
        this.startToken = /\/start#(\S+)/.exec(line)?.[1] ?? this.startToken
        if (this.address && (this.startToken || !expectLink)) resolve()
      })
    })
  }

  /** What a command prints whether it succeeds or not, under the same clock as the program. */
  asks(...args: string[]): string {
    return spawnSync(binary, [...args, ...this.where], { encoding: 'utf8', env: { ...environment, ...this.environment } }).stdout
  }

  run(...args: string[]): string {
    return execFileSync(binary, [...args, ...this.where], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: environment })
  }

  /** Ends the program in an orderly way. A sanitizer's finding makes the exit code tell. */
  async stop(): Promise<number | string> {
    const child = this.#child
    if (!child) return 0
    this.#child = undefined
    return new Promise((resolve) => {
      child.once('exit', (status, signal) => resolve(status ?? signal ?? 0))
      if (child.exitCode !== null || child.signalCode) resolve(child.exitCode ?? child.signalCode!)
      else child.kill('SIGTERM')
    })
  }

  remove(): void {
    running.delete(this)
    rmSync(this.data, { recursive: true, force: true })
  }
}

/** Whatever happens, nothing stays behind. */
export function removeAll(): void {
  for (const program of running) {
    void program.stop()
    program.remove()
  }
}
