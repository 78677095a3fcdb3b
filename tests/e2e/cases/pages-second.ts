// Half of the pages, each in both themes, wide and narrow; the other half is looked at beside it.
import { lookAtEverySecond } from '../core/pages.ts'

lookAtEverySecond(1)
