// What the outside world has: a time-stamp authority (openssl ts behind HTTP), a mail server that keeps what it is given.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttp } from 'node:http'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const listen = (server: Server): Promise<number> =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)))

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer()
  const port = await listen(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

const config = (folder: string): string => `
[req]
distinguished_name = name
x509_extensions = authority
prompt = no
[name]
CN = Stamps of the tests
[authority]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,digitalSignature
[stamping]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = here
[here]
serial = ${folder}/serial
default_policy = 1.2.3.4.1
digests = sha256
signer_digest = sha256
ess_cert_id_alg = sha256
`

export class StampAuthority {
  readonly folder = mkdtempSync(join(tmpdir(), 'merlon-tsa-'))
  readonly ca = join(this.folder, 'ca.pem')
  url = ''
  /** How it answers: "refuse" with 500, "other" with a stamp on something else. */
  mood: 'good' | 'refuse' | 'other' = 'good'
  #server: Server | undefined

  #openssl(...words: string[]): Buffer {
    return execFileSync('openssl', words, { cwd: this.folder, stdio: ['ignore', 'pipe', 'ignore'] })
  }

  async start(): Promise<void> {
    const own = ['-newkey', 'rsa:2048', '-nodes', '-config', 'config', '-days', '2']
    writeFileSync(join(this.folder, 'config'), config(this.folder))
    writeFileSync(join(this.folder, 'serial'), '01\n')
    this.#openssl('req', '-x509', ...own, '-keyout', 'ca.key', '-out', 'ca.pem')
    this.#openssl('req', ...own.slice(0, 5), '-subj', '/CN=Stamper', '-keyout', 'tsa.key', '-out', 'tsa.csr')
    this.#openssl('x509', '-req', '-in', 'tsa.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2',
      '-extfile', 'config', '-extensions', 'stamping', '-out', 'tsa.pem') // prettier-ignore
    const server = createHttp((request, response) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        const right = request.method === 'POST' && request.headers['content-type'] === 'application/timestamp-query'
        response.writeHead(right && this.mood !== 'refuse' ? 200 : 500, { 'content-type': 'application/timestamp-reply' })
        response.end(right ? this.#reply(Buffer.concat(parts)) : 'this is no query')
      })
    })
    this.url = `http://127.0.0.1:${await listen(server)}/stamp`
    this.#server = server
  }

  #reply(query: Buffer): Buffer {
    if (this.mood === 'other') {
      writeFileSync(join(this.folder, 'something'), 'something else')
      this.#openssl('ts', '-query', '-data', 'something', '-sha256', '-cert', '-out', 'query')
    } else {
      writeFileSync(join(this.folder, 'query'), query)
    }
    this.#openssl('ts', '-reply', '-config', 'config', '-queryfile', 'query', '-signer', 'tsa.pem', '-inkey', 'tsa.key', '-out', 'reply')
    return readFileSync(join(this.folder, 'reply'))
  }

  /** As an auditor would: openssl alone, from the bytes that were stamped. */
  verify(data: string, reply: Buffer): string {
    writeFileSync(join(this.folder, 'data'), data)
    writeFileSync(join(this.folder, 'kept'), reply)
    return this.#openssl('ts', '-verify', '-data', 'data', '-in', 'kept', '-CAfile', 'ca.pem').toString()
  }

  stop(): void {
    this.#server?.close()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

export class MailServer {
  readonly messages: { from: string; to: string[]; text: string }[] = []
  url = ''
  #server: Server | undefined

  async start(): Promise<void> {
    const server = createServer((socket) => {
      let [from, to, text, rest, inData]: [string, string[], string, string, boolean] = ['', [], '', '', false]
      socket.write('220 tests ESMTP\r\n')
      socket.on('error', () => {})
      socket.on('data', (bytes) => {
        rest += bytes.toString()
        for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
          const line = rest.slice(0, end)
          rest = rest.slice(end + 2)
          if (inData && line !== '.') text += `${line.replace(/^\./, '')}\n`
          else if (inData) {
            this.messages.push({ from, to, text })
            ;[text, to, inData] = ['', [], false]
            socket.write('250 kept\r\n')
          } else if (/^MAIL FROM:/i.test(line)) (from = /<(.*?)>/.exec(line)![1]!), socket.write('250 ok\r\n')
          else if (/^RCPT TO:/i.test(line)) to.push(/<(.*?)>/.exec(line)![1]!), socket.write('250 ok\r\n')
          else if (/^DATA/i.test(line)) (inData = true), socket.write('354 go on\r\n')
          else if (/^QUIT/i.test(line)) socket.end('221 bye\r\n')
          else socket.write('250 ok\r\n')
        }
      })
    })
    this.url = `smtp://127.0.0.1:${await listen(server)}`
    this.#server = server
  }

  stop(): void {
    this.#server?.close()
  }
}
