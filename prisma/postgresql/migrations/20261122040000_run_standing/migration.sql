-- AlterTable
ALTER TABLE "Run" ADD COLUMN     "resumedFrom" TEXT,
ADD COLUMN     "standingJson" TEXT;
