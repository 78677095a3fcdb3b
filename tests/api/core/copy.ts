// An older copy of all that a program has, to be put back: for tests of what a roll-back is told by.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cluster, type Program } from './program.ts'

/** The database and the directory beside it, as they are while the program does not run. */
export class Copy {
  readonly folder = mkdtempSync(join(tmpdir(), 'merlon-copy-'))
  readonly name: string
  constructor(readonly program: Program) {
    this.name = `copy_${this.folder.slice(-6).toLowerCase()}_${process.pid}`
    cpSync(program.data, this.folder, { recursive: true })
    if (cluster) this.#make(this.name, this.#own)
  }
  get #own(): string {
    return new URL(this.program.database).pathname.slice(1)
  }
  #make(name: string, like: string): void {
    for (const sql of [`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`, `CREATE DATABASE "${name}" TEMPLATE "${like}"`])
      execFileSync('psql', ['-q', '-v', 'ON_ERROR_STOP=1', '-c', sql, cluster], { stdio: ['ignore', 'ignore', 'pipe'] })
  }
  putBack(): void {
    rmSync(this.program.data, { recursive: true })
    cpSync(this.folder, this.program.data, { recursive: true })
    if (cluster) this.#make(this.#own, this.name)
  }
  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
