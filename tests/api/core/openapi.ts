// Replies against the OpenAPI document. A reply that the document does not describe is a failure of its own, told once for
// each kind; how many were looked at is printed at the end.
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { Reply } from './http.ts'
import { show } from './report.ts'

type Json = { [key: string]: any } // eslint-disable-line @typescript-eslint/no-explicit-any

interface Node {
  literal: Map<string, Node>
  parameter?: Node
  operations?: Json
  template: string
}

const methodsWithoutBody = new Set(['HEAD'])

function escaped(key: string): string {
  return encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))
}

export class Api {
  judged = 0
  operations = new Set<string>()
  answered = new Set<string>()
  complaints = new Map<string, string>()
  #ajv = new Ajv2020({ strict: false, allErrors: false, validateFormats: true })
  #validators = new Map<string, ValidateFunction>()
  #root: Node = { literal: new Map(), template: '' }

  constructor(readonly document: Json) {
    addFormats.default(this.#ajv)
    this.#ajv.addSchema({ $id: 'merlon', ...document })
    for (const [path, operations] of Object.entries(document.paths as Json)) this.#add(path, operations)
  }

  #add(path: string, operations: Json): void {
    let node = this.#root
    for (const part of path.split('/').slice(1)) {
      if (part.startsWith('{')) {
        node.parameter ??= { literal: new Map(), template: '' }
        node = node.parameter
      } else {
        if (!node.literal.has(part)) node.literal.set(part, { literal: new Map(), template: '' })
        node = node.literal.get(part)!
      }
    }
    node.operations = operations
    node.template = path
  }

  #find(node: Node, parts: string[]): Node | undefined {
    const [first, ...rest] = parts
    if (first === undefined) return node.operations ? node : undefined
    const literal = node.literal.get(first)
    return (literal && this.#find(literal, rest)) ?? (node.parameter && this.#find(node.parameter, rest))
  }

  #validator(pointer: string): ValidateFunction {
    const kept = this.#validators.get(pointer)
    if (kept) return kept
    const made = this.#ajv.compile({ $ref: `merlon#${pointer}` })
    this.#validators.set(pointer, made)
    return made
  }

  #complain(kind: string, what: string): void {
    if (!this.complaints.has(kind)) this.complaints.set(kind, what)
  }

  #resolve(value: Json | undefined, pointer: string): [Json | undefined, string] {
    const ref = value?.$ref as string | undefined
    if (!ref?.startsWith('#/')) return [value, pointer]
    const target = ref
      .slice(2)
      .split('/')
      .reduce<Json | undefined>((node, key) => node?.[key], this.document)
    return [target, ref.slice(1)]
  }

  judge(reply: Reply, sent?: unknown): void {
    const path = decodeURI(reply.path.split('?')[0]!)
    const node = path.startsWith('/') ? this.#find(this.#root, path.split('/').slice(1)) : undefined
    const operation = node?.operations?.[reply.method.toLowerCase()] as Json | undefined
    if (!node || !operation) {
      if (!path.startsWith('/api/')) return // the browser's pages
      if (reply.status < 400) this.#complain(`${reply.method} ${path}`, 'it answers, and the document does not know it')
      else this.#judgeProblem(reply)
      return
    }
    this.judged++
    this.operations.add(`${reply.method} ${node.template}`)
    if (reply.status < 300) this.answered.add(`${reply.method} ${node.template}`)
    const base = `/paths/${escaped(node.template)}/${reply.method.toLowerCase()}`
    const status = operation.responses[reply.status] ? String(reply.status) : 'default'
    if (status === 'default' && reply.status < 400) {
      this.#complain(`${reply.method} ${node.template} ${reply.status}`, 'the document has no such answer')
      return
    }
    const [response, pointer] = this.#resolve(operation.responses[status], `${base}/responses/${status}`)
    this.#judgeBody(reply, response ?? {}, pointer, `${reply.method} ${node.template} ${reply.status}`)
    if (reply.status < 300 && sent !== undefined) this.#judgeSent(operation, base, sent, `${reply.method} ${node.template}`)
  }

  #judgeProblem(reply: Reply): void {
    this.judged++
    const validate = this.#validator('/components/schemas/problem')
    if (!reply.json) this.#complain(`${reply.method} ${reply.status}`, `a refusal without a problem: ${show(reply.text)}`)
    else if (!validate(reply.json)) this.#complain(`problem ${reply.status}`, this.#why(validate, reply.json))
  }

  #why(validate: ValidateFunction, value: unknown): string {
    const first = validate.errors?.[0]
    return `${first?.instancePath ?? ''} ${first?.message ?? ''} ${show(first?.params)} in ${show(value)}`
  }

  #judgeBody(reply: Reply, response: Json, pointer: string, kind: string): void {
    const type = (reply.headers['content-type'] ?? '').split(';')[0]!
    const content = response.content as Json | undefined
    if (!content) {
      if (reply.bytes.length) this.#complain(kind, `the document says there is no body, there is ${show(reply.text)}`)
      return
    }
    if (methodsWithoutBody.has(reply.method)) return
    const media = content[type] ? type : content['*/*'] ? '*/*' : undefined
    if (!media) {
      this.#complain(kind, `the type ${type || 'none'} is not one of ${Object.keys(content).join(', ')}`)
      return
    }
    if (!content[media].schema || reply.json === undefined) return
    const validate = this.#validator(`${pointer}/content/${escaped(media)}/schema`)
    if (!validate(reply.json)) this.#complain(`${kind} ${validate.errors?.[0]?.instancePath.replace(/\d+/g, 'n')}`, this.#why(validate, reply.json))
  }

  /** What was taken must be what the document lets one send. */
  #judgeSent(operation: Json, base: string, sent: unknown, kind: string): void {
    const content = operation.requestBody?.content as Json | undefined
    const media = content && Object.keys(content).find((name) => name.includes('json'))
    if (!media || !content[media].schema) return
    const validate = this.#validator(`${base}/requestBody/content/${escaped(media)}/schema`)
    if (!validate(sent)) this.#complain(`${kind} request ${validate.errors?.[0]?.instancePath}`, `taken, and the document does not allow it: ${this.#why(validate, sent)}`)
  }
}
