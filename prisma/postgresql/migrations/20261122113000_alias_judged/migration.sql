-- AlterTable
ALTER TABLE "ModelAlias" ADD COLUMN "judged" INTEGER NOT NULL DEFAULT 0;

-- Of the versions that are there already nobody waits for a verdict.
UPDATE "ModelAlias" SET "judged" = (SELECT "lastVersion" FROM "Model" WHERE "Model"."name" = "ModelAlias"."modelName");
