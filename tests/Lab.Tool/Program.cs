using Orch.Testing;

await using var lab = await Lab.UpAsync(new LabOptions { Label = "hand", Machines = int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) });
Console.WriteLine($"up {lab.Name} {lab.UpTime.TotalSeconds:f1} s");
Console.ReadLine();
