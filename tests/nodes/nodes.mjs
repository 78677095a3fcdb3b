// The cases, one after the other on one world; each prints how long the others had to wait.
import {
  ask, askInside, email, makeClusters, makeNetwork, password, pause, promote, run, seconds, setLink, signalCluster, signalNode, sql,
  startCluster, startNode, until, verify,
} from './world.mjs'

const BACK = 15 // seconds
let passed = 0
let failed = 0
let primary = 'd1'

async function check(what, work) {
  const began = performance.now()
  try {
    const found = await work()
    passed++
    console.log(`ok - ${what}${found ? `: ${found}` : ''} (${seconds(began).toFixed(1)} s)`)
  } catch (problem) {
    failed++
    console.log(`not ok - ${what}: ${problem.message}`)
  }
}

function hold(what, is) {
  if (!is) throw new Error(what)
}

// ---- what people do all the time

const writing = { goes: true, acknowledged: [], token: '' }

/** Creates tasks one after the other, and remembers what was acknowledged. */
async function writer(node, number) {
  for (let n = 0; writing.goes; n++) {
    const title = `w${number} ${node.name} ${n}`
    const answer = await ask(node, 'POST', '/api/v1/task', { token: writing.token, body: JSON.stringify({ title }), limit: 12 })
    if (answer.status === 201) writing.acknowledged.push(title)
    await pause(answer.status === 201 ? 5 : 100)
  }
}

async function allThere() {
  const there = new Set(sql(primary, 'SELECT title FROM task').split('\n'))
  const lost = writing.acknowledged.filter((title) => !there.has(title))
  hold(`${lost.length} acknowledged writes are lost: ${lost.slice(0, 3)}`, lost.length === 0)
  return `${writing.acknowledged.length} acknowledged, none lost`
}

// ---- whether a node serves

const signsIn = async (node) =>
  (await ask(node, 'POST', '/api/v1/session', { body: JSON.stringify({ email, password }), limit: 14 })).status === 200
const writes = async (node) =>
  (await ask(node, 'POST', '/api/v1/task', { token: writing.token, body: '{"title":"probe"}', limit: 14 })).status === 201
async function seals(node) {
  const entries = async () => (await ask(node, 'GET', '/api/v1/ledger/head', { token: writing.token, limit: 14 })).json?.size ?? -1
  const before = await entries()
  if (before < 0 || !(await writes(node))) return false
  return until('sealing', 5, async () => (await entries()) > before).catch(() => false)
}

/** Seconds until these nodes do all three, counted from `began`. */
async function serveAgain(nodes, began) {
  const parts = { 'sign-in': signsIn, write: writes, sealing: seals }
  const found = await Promise.all(
    Object.entries(parts).map(async ([name, does]) => {
      await Promise.all(nodes.map((node) => until(`${name} on ${node.name}`, BACK - seconds(began), () => does(node))))
      return `${name} after ${seconds(began).toFixed(1)} s`
    }),
  )
  hold(found.join(', '), seconds(began) <= BACK)
  return found.join(', ')
}

// ---- the cases

let nodes = {}

async function firstStarts() {
  const names = ['n1', 'n2', 'n3']
  nodes = Object.fromEntries(names.map((name) => [name, startNode(name)]))
  for (const node of Object.values(nodes))
    await until(`${node.name} answers`, 60, async () => {
      hold(`${node.name} ended: ${node.log}`, node.status === null)
      return (await ask(node, 'GET', '/readyz')).status === 200
    })
  for (const node of Object.values(nodes)) await until(`the link of ${node.name}`, 20, () => /start#\S+\n/.test(node.said))
  const tokens = Object.values(nodes).map((node) => /start#(\S+)/.exec(node.said)?.[1])
  const start = { organisation: 'Nodes', name: 'Nora', email, password }
  let made = false
  for (const token of tokens.filter(Boolean))
    made ||= (await ask(nodes.n1, 'POST', '/api/v1/start', { body: JSON.stringify({ ...start, token }) })).status === 204
  hold('no link makes the first administrator', made)
  const token = startNode('n1', ['token', '--user', email])
  await token.ended
  writing.token = token.said.trim()
  hold(`no token: ${token.log}`, writing.token.length > 20)
}

/** A second start must not wait for whoever has a change open. */
async function startBesideOpenWrite() {
  const open = startOpenWrite()
  await until('the open change', 10, () => Number(sql(primary, "SELECT count(*) FROM pg_stat_activity WHERE application_name='open'")) > 0)
  const began = performance.now()
  const other = startNode('n1', ['token', '--user', email])
  await other.ended
  open.kill()
  hold(`it ended with ${other.status}: ${other.log}`, other.status === 0)
  hold(`it took ${seconds(began).toFixed(1)} s`, seconds(began) < 3)
  return `it started in ${seconds(began).toFixed(1)} s`
}

function startOpenWrite() {
  return openSession("BEGIN; UPDATE task SET title = title; UPDATE search_entry SET words = words; UPDATE meta SET value = value WHERE name = 'none'; SELECT pg_sleep(30)")
}

/** The number of db_lock(ctx, name): the lower half of FNV-1a. */
function lockNumber(name) {
  let hash = 0xcbf29ce484222325n
  for (const byte of Buffer.from(name)) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn
  return hash & 0xffffffffn
}

/** Stops a node at a moment when it holds this lock of all nodes in a transaction that is open. */
async function freezeWithin(node, lock) {
  const address = node.address.slice(7, -5)
  const open =
    "SELECT count(*) FROM pg_stat_activity a WHERE a.state='idle in transaction' AND " +
    `a.client_addr='${address}' AND EXISTS (SELECT 1 FROM pg_locks l WHERE l.pid=a.pid AND l.granted AND ` +
    `l.locktype='advisory' AND l.objid=${lockNumber(lock)})`
  for (let tries = 0; tries < 500; tries++) {
    signalNode(node, 'SIGSTOP')
    if (Number(sql(primary, open)) > 0) return
    signalNode(node, 'SIGCONT')
    await pause(7)
  }
  throw new Error(`${node.name} was never caught with the lock ${lock}`)
}

async function frozenNode() {
  const began = performance.now()
  await freezeWithin(nodes.n1, 'ledger')
  const found = await serveAgain([nodes.n2, nodes.n3], performance.now())
  signalNode(nodes.n1, 'SIGCONT')
  await until('n1 serves again', BACK, () => writes(nodes.n1))
  return `${found}; caught after ${seconds(began).toFixed(1)} s in all`
}

async function partitionedNode() {
  setLink('n2', 'down')
  const began = performance.now()
  const found = await serveAgain([nodes.n1, nodes.n3], began)
  await until('n2 says that it is not ready', BACK, () => askInside(nodes.n2, '/readyz').status === 503)
  const health = askInside(nodes.n2, '/healthz')
  hold(`healthz of n2: ${health.status} after ${health.time} s`, health.status === 200 && health.time < 1)
  setLink('n2', 'up')
  const back = performance.now()
  await until('n2 serves again', BACK, () => writes(nodes.n2))
  return `${found}; n2 itself ${seconds(back).toFixed(1)} s after its link was back`
}

/** The node that runs the job is frozen in the middle; another goes on behind what was kept. */
async function jobTakenOver() {
  const ROWS = 2000
  const file = ['title', ...Array.from({ length: ROWS }, (_, n) => `imported ${n}`)].join('\n')
  for (const node of [nodes.n1, nodes.n2]) signalNode(node, 'SIGSTOP') // so that n3 claims it
  const begun = await ask(nodes.n3, 'POST', '/api/v1/task/import?format=csv', { token: writing.token, body: file })
  hold(`the import was not begun: ${begun.text}`, begun.status === 202)
  const job = `job WHERE id=${begun.json.job}`
  await until('some batches', 20, () => Number(sql(primary, `SELECT position FROM ${job}`)) >= 200)
  signalNode(nodes.n3, 'SIGSTOP')
  const began = performance.now()
  for (const node of [nodes.n1, nodes.n2]) signalNode(node, 'SIGCONT')
  const kept = Number(sql(primary, `SELECT position FROM ${job}`))
  hold(`the import was over before it could be stopped (${kept})`, kept < ROWS)
  await until('another has it', 60, () => Number(sql(primary, `SELECT claim FROM ${job}`)) === 2)
  const taken = seconds(began)
  signalNode(nodes.n3, 'SIGCONT') // it must not write another batch
  await until('its end', 60, () => sql(primary, `SELECT status FROM ${job}`) === 'done')
  const told = (await ask(nodes.n1, 'GET', `/api/v1/jobs/${begun.json.job}`, { token: writing.token })).json.result
  const counts = sql(primary, "SELECT count(*), count(DISTINCT title) FROM task WHERE title LIKE 'imported %'")
  hold(`rows and different rows: ${counts}`, counts === `${ROWS}|${ROWS}`)
  hold(`it says ${told.rows} rows, ${told.created} created, ${told.fates.length} fates`,
    told.rows === ROWS && told.created === ROWS && told.fates.length === ROWS)
  return `stopped at ${kept} of ${ROWS}, taken over after ${taken.toFixed(1)} s, each row once`
}

async function primaryLost() {
  setLink('d1', 'down')
  const began = performance.now()
  promote('d2')
  primary = 'd2'
  const found = await serveAgain(Object.values(nodes), began)
  return found
}

async function frozenDatabase() {
  signalCluster('d2', 'SIGSTOP')
  const answered = []
  for (let n = 0; n < 8; n++)
    void ask(nodes.n1, 'GET', '/api/v1/task', { token: writing.token, limit: 40 }).then(({ status }) => answered.push(status))
  await until('n1 says that it is not ready', BACK, async () => (await ask(nodes.n1, 'GET', '/readyz', { limit: 2 })).status === 503)
  const began = performance.now()
  const health = await ask(nodes.n1, 'GET', '/healthz', { limit: 2 })
  hold(`healthz says ${health.status}`, health.status === 200 && seconds(began) < 1)
  const ready = await ask(nodes.n1, 'GET', '/readyz', { limit: 2 })
  hold(`readyz has no Retry-After`, ready.headers.get('retry-after') === '5')
  await until('what waits for a worker is told', BACK, () => answered.length >= 4)
  hold(`what waited was answered ${answered}`, answered.every((status) => status === 503))
  const asked = performance.now()
  signalNode(nodes.n1, 'SIGTERM')
  await until('n1 ends', 16, () => nodes.n1.status !== null)
  const took = seconds(asked)
  signalCluster('d2', 'SIGCONT')
  await until('n2 serves again', BACK, () => writes(nodes.n2))
  return `what waited got 503, SIGTERM took ${took.toFixed(1)} s`
}

// ---- one after the other

import { spawn } from 'node:child_process'
import { addresses } from './world.mjs'

function openSession(text) {
  const url = `postgresql://postgres@${addresses[primary]}/merlon?application_name=open`
  return spawn(`${process.env.POSTGRES_BIN}/psql`, ['-X', '-q', url, '-c', text], { stdio: 'ignore' })
}

try {
  makeNetwork()
  makeClusters()
  await check('three first starts at once', firstStarts)
  await check('a start beside an open change', startBesideOpenWrite)
  const writers = Object.values(nodes).flatMap((node) => [1, 2].map((number) => writer(node, number)))
  await check('a node is frozen', frozenNode)
  await check('a node is partitioned', partitionedNode)
  await check('a job whose node is frozen is taken over', jobTakenOver)
  await check('the primary is lost', primaryLost)
  writing.goes = false
  await Promise.all(writers)
  await check('what was acknowledged is there', allThere)
  await check('the database is frozen', frozenDatabase)
  await check('the ledger verifies', () => void verify('n2'))
} catch (problem) {
  failed++
  console.log(problem.stack)
}
if (failed) for (const node of Object.values(nodes)) console.log(`---- ${node.name}\n${node.log.slice(-3000)}`)
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed ? 1 : 0)
