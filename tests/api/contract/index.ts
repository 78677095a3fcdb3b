// The contract of every register, derived from its own description. A new register is tested by being there.
import { check } from '../core/report.ts'
import type { Register } from '../core/schema.ts'
import type { World } from '../core/world.ts'
import { aroundCases } from './around.ts'
import { changeCases, refusedChange } from './change.ts'
import { createCases, refusedCreate } from './create.ts'
import { deletionCases } from './deletion.ts'
import { fileCases } from './files.ts'
import { listCases } from './list.ts'
import { manyCases } from './many.ts'
import { type Player, players, roleCases } from './roles.ts'
import { workflowCases } from './workflow.ts'

const lanes = 5

async function one(world: World, register: Register, all: Player[]): Promise<void> {
  if (register.may.create) await createCases(world, register)
  else await refusedCreate(world, register)
  if (register.may.change) await changeCases(world, register)
  else await refusedChange(world, register)
  await listCases(world, register)
  await fileCases(world, register)
  await manyCases(world, register)
  await deletionCases(world, register)
  await workflowCases(world, register)
  await aroundCases(world, register)
  await roleCases(world, register, all)
}

/** Several registers at once, each from its beginning to its end. */
async function several(world: World, registers: Register[], all: Player[]): Promise<void> {
  const left = [...registers]
  const lane = async (): Promise<void> => {
    for (let register = left.shift(); register; register = left.shift()) {
      const mine = register
      await check(`${mine.name}: the suite gets through`, () => one(world, mine, all))
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}

/** A small framework and a Statement of Applicability on it, which makes the lines that nobody makes by hand. */
async function statement(world: World): Promise<void> {
  const framework = await world.create('framework')
  for (let position = 1; position <= 5; position++)
    await world.create('requirement', { framework: framework.id, identifier: `A.${position}`, position, reference_list: true })
  await world.create('soa', { framework: framework.id })
}

export async function contract(world: World): Promise<void> {
  await statement(world)
  const all = await players(world)
  await several(world, world.schema.registers.filter((register) => register.may.create), all)
  // What the program makes follows from the records above, so that it is looked at when they are at rest.
  await several(world, world.schema.registers.filter((register) => !register.may.create), all)
}
