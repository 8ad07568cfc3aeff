import type { Logger } from '../../log.js'
import type { Database } from '../../store/database.js'
import { Analytics, type AnalyticsParts } from './analytics.js'
import { ReplyRecorder } from './reply-recorder.js'
import { RequestRecorder } from './request-recorder.js'
import { Retention } from './retention.js'
import { Telemetry } from './telemetry.js'
import { UsageReports } from './usage-reports.js'

export interface UsageParts extends Pick<AnalyticsParts, 'requestsPerHour' | 'rateWindow'> {
  db: Database['db']
  log: Logger
  /** How long it is kept. */
  kept: ConstructorParameters<typeof Retention>[1]
}

/** What is noted of requests, replies and widgets, and what is read from it: whoever reads sees all that was noted before. */
export function usageOf({ db, log, kept, ...limits }: UsageParts) {
  const requests = new RequestRecorder(db, log)
  const replies = new ReplyRecorder(db, log)
  const telemetry = new Telemetry(db, log)
  const retention = new Retention(db, kept, log)
  const flush = async () => {
    for (const recorder of [requests, replies, telemetry]) await recorder.flush()
  }
  return {
    requests,
    replies,
    telemetry,
    retention,
    analytics: new Analytics({ db, flush, ...limits }),
    reports: new UsageReports(db, flush),
    close: async () => {
      await retention.close()
      await flush()
    },
  }
}
