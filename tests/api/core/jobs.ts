// Jobs: waited for by their events, as a browser does it.
import { request } from 'node:http'
import { agent, type Client, expect, type Reply } from './http.ts'
import { equal, fail } from './report.ts'
import type { Row } from './schema.ts'

/** Resolves when the stream of events has ended; every event has the form that the document gives a job. */
export function events(client: Client, id: number): Promise<Row[]> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${client.token}` }
    const out = request(`${client.address}/api/v1/jobs/${id}/events`, { agent, headers }, (incoming) => {
      let text = ''
      incoming.setEncoding('utf8')
      incoming.on('data', (chunk: string) => (text += chunk))
      incoming.on('error', reject)
      incoming.on('end', () => {
        const data = [...text.matchAll(/^data: (.*)$/gm)].map((match) => JSON.parse(match[1]!) as Row)
        client.api?.answered.add('GET /api/v1/jobs/{id}/events')
        resolve(data)
      })
    })
    out.on('error', reject)
    out.end()
  })
}

export async function finished(client: Client, started: Reply): Promise<Row> {
  const id = expect(started, 202).json.job as number
  equal(started.headers.location, `/api/v1/jobs/${id}`, 'Location')
  const seen = await events(client, id)
  const job = expect(await client.get(`jobs/${id}`), 200).json as Row
  equal(seen.at(-1)?.status, job.status, 'the last event')
  if (job.status !== 'done') fail(`the job ended as ${job.status}: ${JSON.stringify(job)}`)
  return job.result as Row
}

export async function importFile(client: Client, register: string, file: string | Buffer, query = ''): Promise<Row> {
  const type = Buffer.isBuffer(file) ? 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' : 'text/csv'
  return finished(client, await client.upload(`${register}/import?format=${Buffer.isBuffer(file) ? 'xlsx' : 'csv'}${query}`, file, type))
}
