// The world of the test: namespaces on one bridge, two PostgreSQL clusters, three programs.
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'

const work = process.env.MERLON_WORK
const bin = process.env.POSTGRES_BIN
const merlon = process.env.MERLON_BIN

export const email = 'nodes@example.org'
export const password = 'seven swans swim south slowly'
export const addresses = { n1: '10.77.0.11', n2: '10.77.0.12', n3: '10.77.0.13', d1: '10.77.0.21', d2: '10.77.0.22' }

export const seconds = (since) => (performance.now() - since) / 1000
export const pause = (ms) => new Promise((done) => setTimeout(done, ms))

/** Asks until the answer is true (and gives it back), or the time is over (and says what for). */
export async function until(what, limit, ask) {
  const began = performance.now()
  for (;;) {
    const answer = await ask()
    if (answer) return answer
    if (seconds(began) > limit) throw new Error(`${what}: not within ${limit} s`)
    await pause(50)
  }
}

export function run(command, args, options = {}) {
  const done = spawnSync(command, args, { encoding: 'utf8', ...options })
  if (done.status !== 0 && !options.may) throw new Error(`${command} ${args.join(' ')}: ${done.stderr || done.error}`)
  return done.stdout
}

// ---- the network

const ip = (...args) => run('ip', args)

export function makeNetwork() {
  ip('link', 'set', 'lo', 'up')
  ip('link', 'add', 'name', 'bridge0', 'type', 'bridge')
  ip('address', 'add', '10.77.0.1/24', 'dev', 'bridge0')
  ip('link', 'set', 'bridge0', 'up')
  for (const [name, address] of Object.entries(addresses)) {
    ip('netns', 'add', name)
    ip('link', 'add', 'name', `v-${name}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name)
    ip('link', 'set', `v-${name}`, 'master', 'bridge0', 'up')
    ip('-n', name, 'address', 'add', `${address}/24`, 'dev', 'eth0')
    ip('-n', name, 'link', 'set', 'eth0', 'up')
    ip('-n', name, 'link', 'set', 'lo', 'up')
  }
}

/** A host that vanishes: nothing that is sent to it is refused, and nothing is answered. */
export const setLink = (name, state) => ip('link', 'set', `v-${name}`, state)

// ---- PostgreSQL

const owner = ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups', '--reset-env']
const inside = (name, command, args, options) =>
  run('ip', ['netns', 'exec', name, ...owner, command, ...args], { cwd: '/', ...options })
const cluster = (name) => `${work}/${name}`
const settings =
  '-c listen_addresses=* -c max_connections=100 -c shared_buffers=32MB -c fsync=off -c full_page_writes=off ' +
  '-c wal_sender_timeout=5s -c unix_socket_directories='

export function startCluster(name, more = '') {
  inside(name, `${bin}/pg_ctl`, ['-D', cluster(name), '-w', '-t', '60', '-l', `${cluster(name)}.log`, '-o', `${settings} ${more}`, 'start'], {
    stdio: 'ignore',
  })
}

export function makeClusters() {
  for (const name of ['d1', 'd2']) {
    mkdirSync(cluster(name))
    chmodSync(cluster(name), 0o700)
    const id = (flag) => Number(run('id', [flag, 'postgres']))
    chownSync(cluster(name), id('-u'), id('-g'))
    writeFileSync(`${cluster(name)}.log`, '')
    chownSync(`${cluster(name)}.log`, id('-u'), id('-g'))
  }
  inside('d1', `${bin}/initdb`, ['-D', cluster('d1'), '-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'])
  const rules = readFileSync(`${cluster('d1')}/pg_hba.conf`, 'utf8')
  writeFileSync(`${cluster('d1')}/pg_hba.conf`, `${rules}host all,replication all 10.77.0.0/24 trust\n`)
  startCluster('d1', '-c synchronous_standby_names=*')
  inside('d2', `${bin}/pg_basebackup`, ['-h', addresses.d1, '-U', 'postgres', '-D', cluster('d2'), '-R', '-X', 'stream', '-c', 'fast', '--no-sync'])
  startCluster('d2')
  sql('d1', 'CREATE DATABASE merlon', 'postgres')
}

export const sql = (name, text, database = 'merlon') =>
  run(`${bin}/psql`, ['-X', '-A', '-t', '-h', addresses[name], '-U', 'postgres', '-d', database, '-c', text]).trim()

export const promote = (name) => inside(name, `${bin}/pg_ctl`, ['-D', cluster(name), '-w', 'promote'])

/** Every process of a cluster: its kernel still acknowledges what is sent, and nothing answers. */
export function signalCluster(name, signal) {
  const first = Number(readFileSync(`${cluster(name)}/postmaster.pid`, 'utf8').split('\n')[0])
  const children = run('ps', ['-o', 'pid=', '--ppid', String(first)]).trim().split(/\s+/).map(Number)
  for (const process_ of [first, ...children]) process.kill(process_, signal)
}

// ---- the programs

export const databaseUrl = `postgresql://postgres@${addresses.d1},${addresses.d2}/merlon?target_session_attrs=read-write`
writeFileSync(`${work}/master.key`, randomBytes(32), { mode: 0o600 })

export function startNode(name, command = ['serve', '--new', '--listen', `${addresses[name]}:8080`]) {
  const node = { name, address: `http://${addresses[name]}:8080`, said: '', log: '', status: null }
  const args = [command[0], '--data', `${work}/${name}`, '--database', databaseUrl, '--master-key', `${work}/master.key`]
  node.process = spawn('ip', ['netns', 'exec', name, merlon, ...args, ...command.slice(1)], { stdio: ['ignore', 'pipe', 'pipe'] })
  node.process.stdout.on('data', (bytes) => (node.said += bytes))
  node.process.stderr.on('data', (bytes) => (node.log += bytes))
  node.ended = new Promise((done) => node.process.on('exit', (status) => done((node.status = status ?? -1))))
  return node
}

export const signalNode = (node, signal) => process.kill(node.process.pid, signal)

/** One request; status 0 when there was no answer in time. */
export async function ask(node, method, path, { token, body, limit = 20 } = {}) {
  const headers = token ? { Authorization: `Bearer ${token}` } : {}
  try {
    const answer = await fetch(node.address + path, { method, headers, body, signal: AbortSignal.timeout(limit * 1000) })
    const text = await answer.text()
    return { status: answer.status, text, headers: answer.headers, json: text.startsWith('{') ? JSON.parse(text) : null }
  } catch (problem) {
    return { status: 0, text: String(problem), headers: new Headers(), json: null }
  }
}

/** The same from inside a node's own namespace, where its link does not matter. */
export function askInside(node, path) {
  const out = run('ip', ['netns', 'exec', node.name, 'curl', '-s', '-m', '5', '-o', '/dev/null', '-w', '%{http_code} %{time_total}', node.address + path], { may: true })
  const [status, time] = out.split(' ').map(Number)
  return { status, time }
}

export const verify = (name) =>
  run('ip', ['netns', 'exec', name, merlon, 'verify', `${work}/${name}`, '--database', databaseUrl], { may: false })
