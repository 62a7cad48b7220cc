import { START_OF_LOG, comparePositions, type LogPosition } from '@keyward/contracts';
import { Injectable } from '@nestjs/common';

/** The furthest position that this process has acknowledged: its own reads are never older. */
@Injectable()
export class WriteHorizon {
  private furthest: LogPosition = START_OF_LOG;

  get position(): LogPosition {
    return this.furthest;
  }

  advance(position: LogPosition): void {
    if (comparePositions(position, this.furthest) > 0) this.furthest = position;
  }
}
