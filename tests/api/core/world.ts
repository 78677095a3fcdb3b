// An organisation in a running program: its first administrator, a second person who may decide, and records made on demand
// with whatever they have to link to.
import { Client, expect, type Reply } from './http.ts'
import { Api } from './openapi.ts'
import { Program } from './program.ts'
import { fail } from './report.ts'
import { creatable, type Field, isLink, isLinkList, type Register, type Row, Schema } from './schema.ts'
import { good, next, type Surroundings } from './values.ts'

export const password = 'correct horse battery'
let sharedApi: Api | undefined

export interface Grant {
  role: string
  unit: number
}

export class World implements Surroundings {
  schema!: Schema
  /** The first administrator, who is the security manager too. */
  admin!: Client
  /** Somebody else who may decide: independence is shown with the two of them. */
  second!: Client
  /** Who had no part in anything before. */
  third!: Client
  root = 0
  criteria: string[] = []
  anyRegister = ''
  readonly program: Program
  #pools = new Map<string, Promise<Row>[]>()

  constructor(name: string) {
    this.program = new Program(name)
  }

  get api(): Api {
    return sharedApi!
  }

  static async open(name: string, options: string[] = []): Promise<World> {
    const world = new World(name)
    await world.program.start(true, options)
    const start = { token: world.program.startToken, name: 'Ada Admin', email: 'ada@example.org', password, organisation: 'Northwind' }
    sharedApi ??= new Api(expect(await new Client(world.program.address, '', undefined).get('openapi.json'), 200).json)
    const open = new Client(world.program.address, '', sharedApi)
    expect(await open.get('openapi.json'), 200)
    expect(await open.post('start', start), 204)
    world.admin = world.client('ada@example.org')
    world.schema = await Schema.of(world.admin)
    world.root = expect(await world.admin.get('unit?limit=1'), 200).json.items[0].id
    world.criteria = world.#criteria()
    world.anyRegister = world.schema.registers.find((one) => one.may.create && one.scope === 'unit' && !one.follows_subject && one.has_owner)!.name
    const deciding = ['security_manager', 'top_management'].map((role) => ({ role, unit: world.root }))
    world.second = await world.user('second@example.org', deciding)
    world.third = await world.user('third@example.org', deciding)
    return world
  }

  /** The consequence criteria stand in the methodology that a new one begins with. */
  #criteria(): string[] {
    for (const register of this.schema.registers)
      for (const field of register.fields) {
        const criteria = (field.fallback as Row | null)?.criteria as { name: string }[] | undefined
        if (criteria) return criteria.map((one) => one.name)
      }
    return []
  }

  /** A unit below another. */
  async unit(title: string, parent = this.root): Promise<number> {
    return expect(await this.admin.post('unit', { title, parent }), 201).json.id as number
  }

  client(email: string): Client {
    const token = this.program.run('token', '--user', email).trim().split('\n').at(-1)!
    return new Client(this.program.address, token, sharedApi, email)
  }

  /** A user with a person of the same name, signed in. */
  async user(email: string, grants: Grant[], name = email): Promise<Client> {
    const unit = grants[0]?.unit ?? this.root
    const person = expect(await this.admin.post('person', { name, email, unit }), 201).json.id
    expect(await this.admin.post('users', { name, email, person, password, language: 'en', grants }), 201)
    return this.client(email)
  }

  async close(): Promise<void> {
    const code = await this.program.stop()
    this.program.remove()
    if (code !== 0) fail(`the program ended with ${code}:\n${this.program.log.slice(-60).join('\n')}`)
  }

  // ---- records ----

  /** A record to link to: the n-th of a few that are made once for each register. */
  link(register: string, n: number): Promise<Row & { id: number; reference: string }> {
    const pool = this.#pools.get(register) ?? []
    this.#pools.set(register, pool)
    const place = n % 3
    pool[place] ??= this.#target(register, place)
    return pool[place] as Promise<Row & { id: number; reference: string }>
  }

  async #target(register: string, place: number): Promise<Row> {
    if (this.schema.get(register).may.create) return this.create(register, await this.plain(this.schema.get(register)))
    const items = expect(await this.admin.get(`${register}?limit=3`), 200).json.items as Row[]
    return items[place % items.length] ?? fail(`there is no ${register} to link to, and none can be created`)
  }

  value(field: Field, n = next()): Promise<unknown> {
    return good(field, n, this)
  }

  /** The fields without which the register refuses to create. */
  async minimal(register: Register): Promise<Row> {
    const body: Row = {}
    for (const field of creatable(register))
      if (field.required && field.fallback === null) body[field.name] = await this.value(field)
    return body
  }

  async full(register: Register): Promise<Row> {
    const body: Row = {}
    const n = next()
    for (const field of creatable(register)) body[field.name] = await this.value(field, field.kind === 'choice' ? 0 : n)
    return body
  }

  /** Everything that is no link, rated as low as can be. */
  async plain(register: Register): Promise<Row> {
    const body: Row = {}
    const n = 1_000_000 + next() * 5 // far from those of single values, so that no text is made twice
    for (const field of creatable(register).filter((one) => !isLink(one) && !isLinkList(one)))
      body[field.name] = await this.value(field, field.kind === 'choice' || field.kind === 'choices' ? 0 : n)
    return body
  }

  /** Everything, each text with a word of its own; a choice which the rules over several fields refuse is left as it falls. */
  async varied(register: Register, n: number): Promise<Row> {
    const body = await this.full(register)
    for (const field of creatable(register)) if (!['choice', 'link', 'links', 'date'].includes(field.kind)) body[field.name] = await this.value(field)
    for (const field of creatable(register)) if (field.kind === 'boolean') body[field.name] = n % 3 > 0
    return body
  }

  async create(name: string, extra: Row = {}, client = this.admin): Promise<Row> {
    const body = { ...(await this.minimal(this.schema.get(name))), ...extra }
    return expect(await this.send(client, name, body), 201).json as Row
  }

  /** Creates; where a register wants what it links to in another state ("an approved methodology"), leads that there first. */
  async send(client: Client, name: string, body: Row): Promise<Reply> {
    const reply = await client.post(name, body)
    if (reply.status !== 422) return reply
    const led = this.#leading.then(() => this.#lead(client, name, body))
    this.#leading = led.catch(() => undefined)
    return led
  }

  /** One after the other, each seeing where it stands: two who lead the same record on would lead it too far. */
  #leading: Promise<unknown> = Promise.resolve()

  async #lead(client: Client, name: string, body: Row): Promise<Reply> {
    let reply = await client.post(name, body)
    for (let tries = 0; reply.status === 422 && tries < 3; tries++) {
      const wrong = (reply.json.errors as { pointer: string; code: string }[])[0]!
      const field = this.schema.get(name).fields.find((one) => `/${one.name}` === wrong.pointer)
      if (field?.kind !== 'link' || !wrong.code.startsWith('not_') || wrong.code === 'not_found') return reply
      if (!(await this.advance(field.target!, body[field.name] as number))) return reply
      reply = await client.post(name, body)
    }
    return reply
  }

  /** Takes the first step that is open to the second person. */
  async advance(register: string, id: number): Promise<Row | undefined> {
    const record = expect(await this.second.get(`${register}/${id}`), 200).json as Row
    const steps = expect(await this.second.get(`${register}/${id}/transitions`), 200).json.items as Row[]
    const step = steps.find((one) => one.allowed)
    if (!step) return undefined
    const body = await this.answers(register, step.asks as string[])
    const to = `${register}/${id}/transitions/${step.name}`
    const send = step.decision ? this.second.decide(to, body, { ifMatch: record.version }) : this.second.post(to, body, { ifMatch: record.version })
    return expect(await send, 200).json as Row
  }

  /** What a step asks for. Dates of what has been done are of today. */
  async answers(register: string, asks: string[]): Promise<Row> {
    const body: Row = {}
    for (const name of asks) {
      const field = this.schema.get(register).fields.find((one) => one.name === name)!
      body[name] = field.kind === 'date' ? new Date().toISOString().slice(0, 10) : await this.value(field, 0)
    }
    return body
  }
}
