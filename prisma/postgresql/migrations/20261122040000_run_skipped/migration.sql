-- AlterTable
ALTER TABLE "Run" ADD COLUMN     "skippedJson" TEXT;
