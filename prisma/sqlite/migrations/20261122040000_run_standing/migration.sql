-- AlterTable
ALTER TABLE "Run" ADD COLUMN "resumedFrom" TEXT;
ALTER TABLE "Run" ADD COLUMN "standingJson" TEXT;
