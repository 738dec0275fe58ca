-- AlterTable
ALTER TABLE "Run" ADD COLUMN "evaluationJson" TEXT;
