// The contract of every register, derived from its own description. A new register is tested by being there.
import { check } from '../core/report.ts'
import { listCases } from './list.ts'
import type { World } from '../core/world.ts'
import { changeCases, refusedChange } from './change.ts'
import { createCases, refusedCreate } from './create.ts'

export async function contract(world: World): Promise<void> {
  for (const register of world.schema.registers) {
    await check(`${register.name}: the suite gets through`, async () => {
      if (register.may.create) await createCases(world, register)
      else await refusedCreate(world, register)
      if (register.may.change) await changeCases(world, register)
      else await refusedChange(world, register)
      await listCases(world, register)
    })
  }
}
