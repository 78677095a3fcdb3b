// Refusals in the reader's language: German where it is asked for, English otherwise; whole sentences, with labels.
import { Client, expect, type Reply } from './core/http.ts'
import { check, equal, ok } from './core/report.ts'
import type { World } from './core/world.ts'

const GERMAN = { 'accept-language': 'de' }

interface Refusal {
  what: string
  ask: (headers: Record<string, string>) => Promise<Reply>
  status: number
  english: string | RegExp
  german: string | RegExp
}

/** What people read: the first field's sentence where fields are wrong, else that of the whole. */
function told(reply: Reply): string {
  return reply.json.errors?.[0]?.detail ?? reply.json.detail
}

function says(reply: Reply, language: string, expected: string | RegExp): void {
  equal(reply.headers['content-language'], language, 'Content-Language')
  if (typeof expected === 'string') equal(told(reply), expected, 'sentence')
  else ok(expected.test(told(reply)), `"${told(reply)}" is not like ${expected}`)
}

function refusals({ admin }: World): Refusal[] {
  const nobody = new Client(admin.address, '', undefined)
  const get = (path: string) => (headers: Record<string, string>) => admin.request('GET', `/api/v1/${path}`, { headers })
  const post = (path: string, body: unknown) => (headers: Record<string, string>) => admin.post(path, body, { headers })
  return [
    {
      what: 'a required field',
      ask: post('asset', {}),
      status: 422,
      english: 'title is needed.',
      german: '„Titel“ ist erforderlich.',
    },
    {
      what: 'an unknown id',
      ask: get('asset/999999'),
      status: 404,
      english: 'There is no asset AST-999999.',
      german: 'Asset AST-999999 gibt es nicht.',
    },
    {
      what: 'nobody signed in',
      ask: (headers) => nobody.request('GET', '/api/v1/asset', { headers }),
      status: 401,
      english: 'Please sign in.',
      german: 'Bitte melden Sie sich an.',
    },
  ]
}

async function asked(one: Refusal, accept: string | undefined, language: 'de' | 'en'): Promise<void> {
  const reply = expect(await one.ask(accept === undefined ? {} : { 'accept-language': accept }), one.status)
  says(reply, language, language === 'de' ? one.german : one.english)
}

export async function languages(world: World): Promise<void> {
  const all = refusals(world)
  for (const one of all) {
    await check(`${one.what}, in German`, () => asked(one, GERMAN['accept-language'], 'de'))
    await check(`${one.what}, in English`, () => asked(one, undefined, 'en'))
  }
  const accepted: [string, 'de' | 'en'][] = [
    ['fr, de;q=0.5', 'de'],
    ['de-AT,de;q=0.9,en;q=0.8', 'de'],
    ['en-GB,en;q=0.9,de;q=0.8', 'en'],
    ['de;q=0', 'en'],
    ['*', 'en'],
    ['fr', 'en'],
    ['', 'en'],
  ]
  for (const [accept, language] of accepted)
    await check(`Accept-Language "${accept}" gives ${language}`, () => asked(all[0]!, accept, language))
}
