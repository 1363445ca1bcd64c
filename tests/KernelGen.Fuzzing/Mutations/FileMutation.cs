using KernelGen.Fuzzing.Targets;

namespace KernelGen.Fuzzing.Mutations;

/// <summary>The files of a run: each follows from the target, the run's seed and its own number alone, so that any of them can be made again.</summary>
internal static class FileMutation
{
    /// <summary>Makes one file.</summary>
    public static byte[] Create(FuzzTarget target, int seed, long index)
    {
        var random = new Random(unchecked((int)((uint)seed * 2654435761u ^ (uint)(index ^ (index >> 32)) * 2246822519u)));
        byte[] valid = target.Seeds[random.Next(target.Seeds.Count)];
        byte[] other = target.Seeds[random.Next(target.Seeds.Count)];
        bool isLiar = random.Next(4) > 0;
        byte[] file = isLiar ? target.Mutate(random, valid) : valid;
        for (int changes = isLiar ? random.Next(4) / 3 : random.Next(1, 4); changes > 0; changes--)
        {
            file = ByteMutations.Mutate(random, file, other);
        }

        return file;
    }
}
